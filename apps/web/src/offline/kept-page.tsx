'use client'
import { useEffect, useRef } from 'react'
import { keepThisPage } from './worker.ts'

/**
 * Says that this page may be kept on the device, and has it kept: when it is opened, when what it shows is another
 * `version`, and as it was last when the traveller turns away. Nothing that the page asks for by itself (activation
 * codes, events) is part of it.
 */
export function KeptPage({ path, version = '' }: { path: string; version?: string }) {
  const kept = useRef(version)
  useEffect(() => {
    void keepThisPage(path, kept.current !== version)
    kept.current = version
  }, [path, version])
  useEffect(() => {
    const turned = () => {
      if (document.visibilityState === 'hidden') void keepThisPage(path, true)
    }
    document.addEventListener('visibilitychange', turned)
    return () => document.removeEventListener('visibilitychange', turned)
  }, [path])
  return <span hidden data-keep={path} />
}
