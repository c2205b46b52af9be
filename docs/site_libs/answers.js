// The boxes of the exercises: read an answer as Python would, and say what minibackprop.exercises says of it. The functions
// have the names that they have in nbs/90a_values.ipynb. Nothing is kept and nothing is sent.
(() => {
  'use strict'
  const cannot = why => { throw new SyntaxError(why) }
  const number = (n, whole = false) => ({n, whole})  // Python compares whole numbers exactly
  const isNumber = v => typeof v === 'object' && !Array.isArray(v)
  const functions = 'log log2 log10 exp sqrt abs sin cos tan tanh'.split(' ')
  const wrappers = 'float int tuple list set tensor array Size float64'.split(' ')

  function apply(op, a, b) {
    if (!isNumber(a) || !isNumber(b)) cannot(`“${op}” stands between numbers`)
    const quotient = Math.floor(a.n/b.n)
    const n = {'+': a.n + b.n, '-': a.n - b.n, '*': a.n*b.n, '/': a.n/b.n, '//': quotient, '%': a.n - b.n*quotient, '**': a.n**b.n}[op]
    if (!isFinite(n) && isFinite(a.n) && isFinite(b.n)) cannot(`${a.n} ${op} ${b.n} is no number`)
    return number(n, a.whole && b.whole && op !== '/' && !(op === '**' && b.n < 0))
  }

  // A number, a word, true or false, or an array of such
  function read(text) {
    text = text.replace(/[−–]/g, '-').replace(/[·×]/g, '*').replace(/\^/g, '**').replace(/∞/g, 'inf')
      .replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/^\s*answer\s*=/, '').trim()
    const percent = text.match(/(\d+\.?\d*|\.\d+)\s*%\s*(?=[,)\]]|$)/)
    if (percent) cannot(`% is not read here: write ${+(percent[1]/100).toPrecision(12)}`)
    if (text.includes(';')) cannot('write a point for decimals, and a comma between the numbers')
    const tokens = text.match(/(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[a-z_][\w.]*|'[^']*'|"[^"]*"|\*\*|\/\/|\S/gi) || []
    let at = 0
    const misfit = () => cannot(/^\.?\d/.test(tokens[at]) && /^\.?\d/.test(tokens[at - 1]) ? 'write a comma between the numbers' :
      /^[\w.'"([{]/.test(tokens[at]) && /^[)\]}]/.test(tokens[at - 1]) ? 'a comma is missing' : `“${tokens[at]}” does not fit there`)
    const next = token => tokens[at] === token && ++at
    function entries(close) {
      const items = []
      let comma = close && close !== ')'
      while (at < tokens.length && tokens[at] !== close) {
        items.push(sum())
        if (!next(',')) break
        comma = true
      }
      if (close && !next(close)) tokens[at] ? misfit() : cannot(`a closing ${close} is missing`)
      return comma || items.length !== 1 ? Object.assign(items, {list: close === ']'}) : items[0]
    }
    const chain = (ops, part) => () => {
      let left = part()
      while (ops.includes(tokens[at])) left = apply(tokens[at++], left, part())
      return left
    }
    function signed() {
      if (next('-')) return apply('-', number(0, true), signed())
      if (next('+')) return signed()
      const base = atom()
      return next('**') ? apply('**', base, signed()) : base
    }
    const sum = chain(['+', '-'], chain(['*', '/', '//', '%'], signed))
    function atom() {
      const token = tokens[at++] ?? cannot('something is missing at the end')
      if ('([{'.includes(token)) return entries(')]}'['([{'.indexOf(token)])
      if (/^\.?\d/.test(token)) return number(+token, /^\d+$/.test(token))
      if (/^(['"]).*\1$/.test(token) && token.length > 1) return token.slice(1, -1)
      if (!/^[a-z_]/i.test(token)) cannot(`“${token}” does not fit there`)
      const name = token.replace(/^(math|np|torch)\./, '').replace(/^ln$/, 'log'), constant = {__proto__: null, 'math.pi': Math.PI, 'math.e': Math.E}[token]
      if (functions.includes(name) && /^\.?\d/.test(tokens[at])) cannot(`write ${name}(${tokens[at]})`)
      if (next('(')) {
        const inner = entries(')')
        if (wrappers.includes(name)) return typeof inner === 'string' ? unquoted(inner) : inner
        if (name === 'divmod') return ['//', '%'].map(op => apply(op, inner[0], inner[1]))
        if (!functions.includes(name) || !isNumber(inner)) cannot(`${token}(…) cannot be computed here`)
        return number(Math[name](inner.n))
      }
      if (constant || /^(inf|infinity|nan)$/i.test(name)) return number(constant || (/nan/i.test(name) ? NaN : Infinity))
      return /^(true|false)$/i.test(name) ? /true/i.test(name) : name
    }
    if (!tokens.length) cannot('the box is empty')
    const found = entries()
    if (at === tokens.length) return found
    return tokens.every(t => /^([a-z]\w*|,)$/i.test(t)) ? text : misfit()
  }

  function unquoted(word) {
    try {
      const found = read(word)
      return isNumber(found) ? number(found.n) : typeof found === 'string' ? found.trim().toLowerCase() : found
    } catch { return word.trim().toLowerCase() }
  }
  const truths = {__proto__: null, t: true, true: true, y: true, yes: true, f: false, false: false, n: false, no: false}
  const areTruths = like => Array.isArray(like) && like.length > 0 && like.every(v => typeof v === 'boolean')
  function plain(value, like = '') {
    if (typeof value === 'string') {
      if (typeof like === 'string') return value.trim().toLowerCase()
      value = unquoted(value)
    }
    if (typeof value === 'string' && typeof like === 'boolean') return truths[value] ?? value
    if (typeof value === 'string' && areTruths(like)) value = value.match(/\w+/g) ?? []
    if (Array.isArray(value)) {
      const alike = Array.isArray(like) && like.length === value.length
      return value.map((v, i) => plain(v, alike ? like[i] : ''))
    }
    return typeof like === 'boolean' && isNumber(value) && [0, 1].includes(value.n) ? value.n === 1 : value
  }

  // Python's repr, str and format with g
  const power = (digits, e) => `${digits}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`
  const special = n => isNaN(n) ? 'nan' : n < 0 ? '-inf' : 'inf'
  function repr(v) {
    if (Array.isArray(v)) return v.list ? `[${v.map(repr).join(', ')}]` : `(${v.map(repr).join(', ')}${v.length === 1 ? ',' : ''})`
    if (typeof v === 'string') return `'${v}'`
    if (typeof v === 'boolean') return v ? 'True' : 'False'
    if (v.whole || !isFinite(v.n)) return v.whole ? String(v.n) : special(v.n)
    const [digits, e] = v.n.toExponential().split('e'), text = String(v.n)
    return v.n && (e < -4 || e > 15) ? power(digits, e) : text.includes('.') ? text : text + '.0'
  }
  const str = v => typeof v === 'string' ? v : repr(v)
  function general(n) {
    if (!isFinite(n)) return special(n)
    const half = n.toExponential(99).match(/^(-?\d\.\d{4}[02468])50*(e.*)$/)  // Python rounds it to the even digit
    const [digits, e] = (half ? half[1] + half[2] : n.toExponential(5)).split('e')
    return n && (e < -4 || e > 5) ? power(+digits, e) : String(+`${digits}e${e}`)
  }

  const whole = v => typeof v === 'boolean' || v.whole
  function same(a, b, tol) {
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i], tol))
    if (whole(a) && whole(b)) return (a.n ?? +a) === (b.n ?? +b)
    if (isNumber(a) && isNumber(b))
      return a.n === b.n || Math.abs(a.n - b.n) <= tol*Math.abs(b.n) || b.n === 0 && Math.abs(a.n) < 1e-12
    return a === b
  }
  const close = 'is close, and not it: give more digits, or look at the method again'
  function factor(c) {
    const near = (a, b) => Math.abs(a - b) <= 1e-3*Math.abs(b)
    if (Math.abs(c - 1) < .02) return close
    if (near(c, -1)) return 'has the wrong sign'
    for (let n = 2; n <= 1000; n++) {
      if (near(c, n)) return `is ${n} times too large`
      if (near(c*n, 1)) return `is ${n} times too small`
    }
    return 'is too ' + (Math.abs(c) > 1 ? 'large' : 'small')
  }
  function difference(answer, right, tol) {
    if (Array.isArray(right)) {
      if (!Array.isArray(answer)) return `${repr(answer)} is not a tuple; one of a single entry ends in a comma: (3,)`
      if (answer.length !== right.length) return `${repr(answer)} has ${answer.length} entries; expected ${right.length}`
      const sorted = t => t.map(str).sort().join('|')
      if (sorted(answer) === sorted(right)) return `${repr(answer)} has the right entries in another order`
      if (same(answer, right, .02)) return `${repr(answer)} ${close}`
      return `${repr(answer)}: entry ${answer.findIndex((a, i) => !same(a, right[i], tol)) + 1} of ${right.length} is not right`
    }
    if (isNumber(right)) {
      if (!isNumber(answer)) return `${repr(answer).slice(0, 40)} is not a number, such as 0.25`
      return `${general(answer.n)} ${right.n ? factor(answer.n/right.n) : 'is not 0'}`
    }
    if (typeof answer !== typeof right)
      return `${repr(answer).slice(0, 40)} is not ${typeof right === 'boolean' ? 'True or False' : 'a word in quotes'}`
    return `${repr(answer)} is not it`
  }

  // Each kind of judge: null, or what is wrong
  const judge = ([kind, ...known], answer) => judges[kind](answer, ...known)
  const judges = {
    value(answer, right, mistakes, tol, count) {
      right = plain(read(right))
      answer = plain(answer, right)
      if (same(answer, right, tol)) return null
      const wrong = Object.entries(mistakes).map(([source, why]) => [plain(read(source)), why])
      for (const near of [1e-9, tol]) for (const [value, why] of wrong) if (same(answer, value, near)) return why
      if (count && isNumber(answer) && Math.abs(answer.n/right.n - 1) < 1e-3) return `${str(answer)} is close, and not the number`
      return difference(answer, right, tol)
    },
    tuple(answer, parts, names, named) {
      if (typeof answer === 'string') answer = unquoted(answer)
      if (typeof answer === 'string' && parts.every(([, right]) => /^'.'$/.test(right))) answer = Object.assign([...answer.replace(/[ ,]/g, '')], {list: true})
      if (Array.isArray(answer) && answer.length && answer.every(isNumber) && parts.every(([, right]) => typeof right === 'string' && right.startsWith('(')))
        return `${repr(answer).slice(0, 60)} is one tuple; ${parts.length} are asked for, each in brackets`
      if (!Array.isArray(answer) || answer.length !== parts.length)
        return `${repr(answer).slice(0, 60)} is not ${parts.length} entries${named ? ': ' + names.join(', ') : ''}`
      const said = parts.map((part, i) => judge(part, answer[i])), i = said.findIndex(why => why !== null)
      return i < 0 ? null : `${names[i]}: ${said[i]}`
    },
    rounded(answer, inner) {
      const round = v => Array.isArray(v) ? v.map(round) : isNumber(v) && !v.whole ? number(+v.n.toFixed(8)) : v
      return judge(inner, round(answer))
    },
    letters(answer, right, why) {
      if (Array.isArray(answer)) answer = answer.map(str).join('')
      if (typeof answer !== 'string') return `${repr(answer).slice(0, 40)} is not a string of letters, such as 'be'`
      const said = new Set([...answer.toLowerCase()].filter(c => !' ,'.includes(c)))
      const strange = [...said].filter(c => !(c in why)).sort()[0]
      if (strange) return `${repr(strange)} is not one of the letters`
      return Object.entries(why).find(([c]) => said.has(c) !== right.includes(c))?.[1] ?? null
    },
    table(answer, table, otherwise, depth) {
      const atoms = v => Array.isArray(v) ? [repr(v)] : typeof v !== 'string' ? [String(v.n ?? +v)] :
        [...v.toLowerCase()].filter(c => !' ,'.includes(c))
      const key = (v, depth) => depth === 0 ? [...new Set([v].flat().flatMap(atoms))].sort().join() :
        !Array.isArray(v) ? atoms(v).join() : `(${v.map(e => key(e, depth && depth - 1)).join('|')})`
      if (typeof answer === 'string') answer = unquoted(answer)
      const like = read(table[0][1][0])
      if (areTruths(like)) answer = plain(answer, like)
      const mine = key(answer, depth), row = table.find(([, sources]) => sources.some(s => key(read(s), depth) === mine))
      return row ? row[0] : otherwise.replace("'xyzzy'", repr(answer))
    },
  }

  const known = JSON.parse(atob(window.bookJudges))
  function verdict(ex, text) {
    const [more, how] = known[ex], one = how[0] === 'value' && !how[1].startsWith('(')
    let answer
    try {
      if (one && /^\d+$/.test(how[1]) && /^\s*\d{1,3}(,\d{3})+\s*$/.test(text)) text = text.replace(/,/g, '')  // 1,000 for a thousand
      if (one && /^\s*[-−]?\d+,\d+\s*$/.test(text)) cannot('write a point for decimals')
      answer = read(text)
    } catch (e) { return ['unread', `This cannot be read: ${e.message}`] }
    const why = judge(how, answer)
    if (why === null) return ['right', more]
    return ['wrong', /^[a-z]+[ ,]/.test(why) ? why[0].toUpperCase() + why.slice(1) : why]
  }
  document.querySelectorAll('.answer').forEach(form => {
    const input = form.querySelector('input'), said = form.querySelector('p'), begin = {right: 'Right. ', wrong: 'Not right yet. ', unread: ''}
    form.addEventListener('submit', event => {
      event.preventDefault()
      const [state, why] = verdict(form.dataset.number, input.value), first = document.createElement('b')
      first.textContent = begin[state]
      const parts = why.split('`').map((text, i) => i % 2 ? Object.assign(document.createElement('code'), {textContent: text}) : text)
      said.replaceChildren(first, ...parts, /[.?!]$/.test(why) ? '' : '.')
      form.dataset.state = state
    })
    input.addEventListener('input', () => { if (form.dataset.state === 'right') { said.textContent = ''; delete form.dataset.state } })
    form.hidden = false
  })
  document.querySelectorAll('.answer-note').forEach(p => { p.hidden = false })
  document.documentElement.classList.add('answers')
})()
