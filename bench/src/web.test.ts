import { expect, it } from 'vitest'
import { scriptsOf } from './web.ts'

it('a page’s scripts are all that it names: plain ones, modules and what is asked for ahead, each once', () => {
  const page = `<head><link rel="preload" as="script" fetchPriority="low" href="/a.js"/><link rel="modulepreload" href="/b.js"/>
    <link rel="preload" as="font" href="/f.woff2"/><link rel="stylesheet" href="/c.css"/>
    <script src="/a.js" async=""></script><script type="module" src="/m.js" nonce="n"></script>
    <script src="/old.js" noModule=""></script></head><body><script>inline("src")</script></body>`
  expect(scriptsOf(page)).toEqual(['/a.js', '/b.js', '/m.js'])
})

it('a page without scripts names none', () => {
  expect(scriptsOf('<p>words</p>')).toEqual([])
})
