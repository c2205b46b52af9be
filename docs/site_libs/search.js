// The search: which sections of the book answer what was typed, and the list under the box.
// MiniSearch weighs the words. The text is in search.js beside the pages, and comes when the box is first used.
(() => {
  'use strict'

  const dropped = new Set(('a an and are as at be been but by can could did do does for from get gets give got had has have ' +
    'how i if in into is it its just like make me much my no not of on one or our out shall should so such that the their ' +
    'them then there these they this to too use using very was we were what when where which while who why will with would ' +
    'you your').split(' '))
  // One word for another, wherever it is asked. What a section is called elsewhere is in words.txt, which the build adds.
  const synonyms = Object.entries({
    gradcheck: 'check_grads', verify: 'check', overfit: 'validation', install: 'pip', setup: 'install', lr: 'rate',
    mismatch: 'shape broadcast', diverge: 'explode large', micrograd: 'tape', bug: 'wrong mistake', inf: 'overflow nan',
    numerical: 'difference', finite: 'difference', jacobian: 'product', regularization: 'decay dropout',
    batchnorm: 'normalization', layernorm: 'normalization', crossentropy: 'entropy', softmax: 'logsumexp', derive: 'slope',
    derivative: 'gradient', differentiate: 'gradient', faster: 'speed', slow: 'speed', gpu: 'cuda device', cuda: 'device',
    checkpoint: 'save load', save: 'load', sgd: 'optimizer', seed: 'reproducible', reproducible: 'seed', picture: 'image',
    image: 'picture', parameters: 'weights', weights: 'parameters', error: 'raise', exploding: 'explode',
  })

  // A word without its ending: shapes, shaped and shaping are shape's.
  const stem = word => word.replace(/([^aeiousl])\1(ing|ed)$/, '$1').replace(/(.{4})(e|es|ed|ing|(?<!s)s)$/, '$1')
  // A name also counts as its parts: CrossEntropy everywhere, check_grads in a text, but not in a heading.
  const split = (word, field) => [word, ...word.split(field === 'heading' ? /(?<=[a-z])(?=[A-Z])/ : /_|(?<=[a-z])(?=[A-Z])/)]
  const keep = word => word.length > 1 && !dropped.has(word)
  const terms = (word, field) => [...new Set(split(word, field).map(w => w.toLowerCase()).filter(keep).map(stem))]
  const words = text => text.match(/[\p{L}_][\p{L}\d_]*/gu) || []
  const meanings = new Map(synonyms.map(([word, others]) => [stem(word), others.split(' ').flatMap(w => terms(w))]))

  const prepare = (MiniSearch, sections) => {
    const index = new MiniSearch({
      fields: ['title', 'heading', 'text', 'also'], tokenize: words, processTerm: terms,
      searchOptions: {boost: {title: 3, heading: 4, also: 4}, processTerm: term => term, tokenize: text => [text]},
    })
    index.addAll(sections.map(([, title, heading, text, also], id) => ({id, title, heading, text, also})))

    // Each word is looked for by itself. A section that has more of the words comes first, an unknown word counts for nothing.
    return typed => {
      const asked = [...new Set(words(typed).flatMap(w => terms(w)))]
      const found = new Map()
      let known = 0
      asked.forEach((word, i) => {
        const last = i === asked.length - 1
        const exact = index.search(word, {prefix: last && word.length > 2, fuzzy: word.length > 5 ? .17 : false})
        const similar = (meanings.get(word) || []).flatMap(other => index.search(other, {boostDocument: () => .35}))
        const scores = new Map()
        for (const hit of [...exact, ...similar]) scores.set(hit.id, Math.max(scores.get(hit.id) || 0, hit.score))
        if (scores.size) known++
        for (const [id, score] of scores) {
          const before = found.get(id) || {score: 0, words: 0}
          found.set(id, {score: before.score + score, words: before.words + 1})
        }
      })
      const phrase = typed.trim().toLowerCase()
      const ranked = [...found].map(([id, {score, words: matched}]) => {
        const [href, title, heading, text, also, weight] = sections[id]
        const whole = asked.length > 1 && `${title} ${heading} ${text}`.toLowerCase().includes(phrase) ? 2 : 1
        const named = also.split(', ').includes(phrase) ? 3 : 1
        return {href, title, heading, text, score: score*whole*named*weight*(matched/known)**2, asked}
      }).sort((a, b) => b.score - a.score)
      const pages = new Map()  // at most two sections of a page
      return ranked.filter(({title}) => pages.set(title, (pages.get(title) || 0) + 1).get(title) <= 2).slice(0, 12)
    }
  }

  const input = document.getElementById('search'), list = document.getElementById('found')
  const status = document.getElementById('found-how-many')
  let active = -1, find

  const load = src => new Promise((done, failed) =>
    document.head.append(Object.assign(document.createElement('script'), {src, onload: done, onerror: failed})))
  const ready = () => find ||= Promise.all(['search.js', 'site_libs/minisearch.js'].map(load))
    .then(() => prepare(MiniSearch, bookSections))

  const part = (tag, name, text) => Object.assign(document.createElement(tag), {className: name, textContent: text})
  const excerpt = ({text, asked}) => {
    const ours = word => terms(word).some(t => asked.some(a => t.startsWith(a)))
    const first = words(text).find(ours)
    const at = first ? text.search(new RegExp(`(?<![\\p{L}_])${first}(?![\\p{L}\\d_])`, 'u')) : 0
    const start = at > 60 ? text.indexOf(' ', at - 60) + 1 : 0
    const line = part('div', 'found-text', start ? '… ' : '')
    const end = text.indexOf(' ', start + 170) + 1
    for (const piece of text.slice(start, end || undefined).split(/([\p{L}_][\p{L}\d_]*)/u))
      line.append(words(piece).length && ours(piece) ? part('mark', '', piece) : piece)
    if (end) line.append('…')
    return line
  }
  const option = (hit, i) => {
    const link = Object.assign(part('a', '', ''), {href: hit.href, id: `found-${i}`, role: 'option', tabIndex: -1})
    link.append(part('div', 'found-title', hit.heading || hit.title))
    if (hit.heading) link.append(part('div', 'found-page', hit.title))
    link.append(excerpt(hit))
    return link
  }
  const open = on => {
    list.hidden = !on
    input.setAttribute('aria-expanded', on)
    if (!on) choose(-1)
  }
  const choose = i => {
    active = i
    list.querySelectorAll('a').forEach((a, j) => a.setAttribute('aria-selected', j === i))
    const chosen = list.children[i]
    if (chosen) chosen.scrollIntoView({block: 'nearest'})
    chosen ? input.setAttribute('aria-activedescendant', chosen.id) : input.removeAttribute('aria-activedescendant')
  }
  const run = async () => {
    const typed = input.value
    if (typed.trim().length < 2) { list.replaceChildren(); status.textContent = ''; return open(false) }
    const hits = (await ready())(typed)
    if (typed !== input.value) return  // another letter came meanwhile
    list.replaceChildren(...hits.map(option))
    list.dataset.for = typed
    status.innerHTML = hits.length ? `${hits.length} found` : 'Nothing found. Try one word, or look into <a href="traps.html">what goes ' +
      'wrong</a>, <a href="symbols.html">symbols and words</a> or <a href="reference.html">every name</a>.'
    status.classList.toggle('visually-hidden', hits.length > 0)
    open(hits.length > 0)
  }
  const close = () => { open(false); status.classList.add('visually-hidden') }

  let waiting
  input.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(run, 80) })
  input.addEventListener('focus', () => { ready(); if (input.value) run() })
  input.addEventListener('keydown', event => {
    const many = list.hidden ? 0 : list.children.length
    if (event.key === 'Escape') { input.value = ''; close() }
    else if (event.key === 'Tab') close()
    else if (!many) return
    else if (event.key === 'ArrowDown') choose((active + 1) % many)
    else if (event.key === 'ArrowUp') choose((active + many - (active < 0 ? 0 : 1)) % many)
    else if (event.key === 'Enter') { list.children[Math.max(active, 0)].click(); close() }
    else return
    if (event.key !== 'Tab') event.preventDefault()
  })
  document.addEventListener('click', event => { if (!event.target.closest('.search')) close() })
  document.addEventListener('keydown', event => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)
    if (!(event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey)
        && !(event.key === 'k' && (event.ctrlKey || event.metaKey))) return
    event.preventDefault()
    input.focus()
  })
})()
