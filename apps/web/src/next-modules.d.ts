/**
 * Next is a CommonJS package without `exports`, so under `nodenext` its doors are found only with `.js` and their default
 * exports arrive as namespaces. The bundler knows them by their short names; these declarations tell the compiler.
 */
declare module 'next/link' {
  import link = require('next/dist/client/link.js')
  const Link: typeof link.default
  export default Link
}
declare module 'next/dynamic' {
  import dynamic = require('next/dist/shared/lib/app-dynamic.js')
  const load: typeof dynamic.default
  export default load
}
declare module 'next/navigation' {
  export * from 'next/navigation.js'
}
declare module 'next/headers' {
  export * from 'next/headers.js'
}
declare module 'next/server' {
  export * from 'next/server.js'
}
declare module '*.css'
