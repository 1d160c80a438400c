import { join } from 'node:path'
import type { NextConfig } from 'next'

const root = join(import.meta.dirname, '../..')

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // The workspace's packages are TypeScript as it is written; the bundler strips the types. `@scure` ships its
  // source beside the compiled file, and the bundler prefers the source.
  transpilePackages: [
    '@gesim/base',
    '@gesim/contracts',
    '@gesim/proofs',
    '@gesim/wire',
    '@scure/base',
    '@scure/bip32',
  ],
  // One program at the root checks all types; doing it twice costs seconds of every build.
  typescript: { ignoreBuildErrors: true },
  turbopack: {
    root,
    // Messages come to the browser compiled (words/language.ts), so no parser of ICU syntax is needed there.
    resolveAlias: { 'use-intl/format-message': 'use-intl/format-message/format-only' },
  },
  outputFileTracingRoot: root,
  outputFileTracingIncludes: {
    '/flags/[file]': ['../../node_modules/circle-flags/flags/*.svg'],
    '/exit': ['../exit/dist/exit.html'],
  },
  headers: async () => [
    {
      source: '/worker.js',
      headers: [
        { key: 'Cache-Control', value: 'no-cache' },
        { key: 'Content-Security-Policy', value: "default-src 'none'; connect-src 'self'; img-src 'self'" },
      ],
    },
    // Its name stays when it changes.
    { source: '/alive.js', headers: [{ key: 'Cache-Control', value: 'no-cache' }] },
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'no-referrer' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
        { key: 'X-Frame-Options', value: 'DENY' },
        {
          key: 'Permissions-Policy',
          value:
            'camera=(), microphone=(), geolocation=(), usb=(), payment=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
        },
      ],
    },
  ],
}

export default config
