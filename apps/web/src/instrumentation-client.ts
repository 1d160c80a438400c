// Runs before the page does anything. The page's policy takes text for script from one place only (Trusted Types), which is
// this one: our own files by their address, and the empty element that React fills. Nobody else can make a policy.
interface Policy {
  createScriptURL(url: string): string | null
  createHTML(html: string): string | null
}
interface PolicyFactory {
  createPolicy(name: 'default', policy: Policy): unknown
}

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }

trustedTypes?.createPolicy('default', {
  createScriptURL: (url) => {
    const { origin, pathname } = new URL(url, location.href)
    const ours = origin === location.origin && /^\/(?:_next\/static\/|worker\.js$)/.test(pathname)
    return ours ? url : null
  },
  // React makes a script's element out of this text, so that nothing runs before its attributes are there.
  createHTML: (html) => (html === '<script></script>' ? html : null),
})
