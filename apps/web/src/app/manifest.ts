import type { MetadataRoute } from 'next'

/** What a device needs to know to put GeSIM on its home screen. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: '/',
    name: 'GeSIM',
    short_name: 'GeSIM',
    description: 'Mobile data abroad, with a receipt you can check.',
    start_url: '/esims',
    scope: '/',
    display: 'standalone',
    // `paper` of DESIGN.md, light: a manifest knows one theme, the pages set their own.
    background_color: '#f6f5f0',
    theme_color: '#f6f5f0',
    icons: [
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icons/192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icons/512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  }
}
