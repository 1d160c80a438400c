'use client'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslations } from 'use-intl/react'
import { Icon } from './icon.tsx'

/**
 * A sheet over the page: from below on a phone, in the middle elsewhere. The browser's own modal dialog keeps the
 * focus, closes on Escape and makes the rest inert.
 */
export function Sheet({
  open,
  onClose,
  title,
  children,
  testId,
}: {
  open: boolean
  onClose: () => void
  title: string
  children: ReactNode
  testId?: string
}) {
  const t = useTranslations('frame')
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    if (!element) return
    if (open && !element.open) element.showModal()
    if (!open && element.open) element.close()
  }, [open])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      data-testid={testId}
      onClose={onClose}
      onCancel={onClose}
      className="fixed inset-0 mx-0 mt-auto mb-0 max-h-[92dvh] w-full max-w-none overflow-y-auto overscroll-contain rounded-t-sheet border border-line bg-raised p-0 shadow-sheet sm:m-auto sm:max-w-lg sm:rounded-sheet"
    >
      <div className="p-5 pb-8 sm:p-7">
        <div className="mb-4 flex items-start justify-between gap-4">
          <h2 id={titleId} className="text-title">
            {title}
          </h2>
          <button
            type="button"
            aria-label={t('close')}
            onClick={onClose}
            className="-m-2 grid size-11 place-items-center rounded-full text-faint hover:bg-sunken hover:text-ink"
          >
            <Icon name="cross" />
          </button>
        </div>
        {open && children}
      </div>
    </dialog>
  )
}
