// What each page does by itself, besides the search.
(() => {
  'use strict'
  // The names of the API reference had one page, and old links lead there: on to the page of the module.
  const forward = () => {
    const name = document.getElementById(decodeURIComponent(location.hash.slice(1)))
    if (name && name.matches('a.moved')) location.replace(name.href)
  }
  addEventListener('hashchange', forward)
  forward()

  // The keyboard stops at what is wider than its box, so that it can be scrolled, and at nothing else that only stands there.
  const boxes = document.querySelectorAll('main :is(pre, table, .slides, .cell-output-display, .katex-display)')
  const stops = new ResizeObserver(entries => {
    for (const {target} of entries)
      target.scrollWidth > target.clientWidth + 1 && getComputedStyle(target).overflowX !== 'visible'
        ? target.tabIndex = 0 : target.removeAttribute('tabindex')
  })
  boxes.forEach(box => stops.observe(box))
  document.querySelectorAll('.anchorjs-link').forEach(link => { link.tabIndex = -1 })

  // A phone is too narrow for most code: under the hood it is folded there.
  if (matchMedia('(max-width: 600px)').matches) document.querySelectorAll('.folds').forEach(code => { code.open = false })

  // On paper every fold is open, and the theme is the light one.
  let folded = [], themes = []
  addEventListener('beforeprint', () => {
    if (document.documentElement.classList.contains('quarto-dark'))
      themes = [...document.querySelectorAll('link.quarto-color-scheme')].map(link => [link, link.media])
    themes.forEach(([link]) => { link.media = link.dataset.mode === 'light' ? 'all' : 'not all' })
    if (themes.length) document.documentElement.classList.remove('quarto-dark')
    folded = [...document.querySelectorAll('main details:not([open], .toc-here)')]
    folded.forEach(details => { details.open = true })
  })
  addEventListener('afterprint', () => {
    folded.forEach(details => { details.open = false })
    themes.forEach(([link, media]) => { link.media = media })
    if (themes.length) document.documentElement.classList.add('quarto-dark')
    themes = []
  })
})()
