'use client'
import { useEffect } from 'react'
import { watchFooterChoices } from './footer-choices.ts'

/** Makes the footer's forms, which the server draws, alive. */
export function FooterAlive() {
  useEffect(watchFooterChoices, [])
  return null
}
