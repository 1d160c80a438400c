/** The mark: a SIM card whose contact is a check. */
export function Mark({ className = 'size-8' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <path d="M9 2h9.500L27 10.500V26a4 4 0 01-4 4H9a4 4 0 01-4-4V6a4 4 0 014-4z" className="fill-sea" />
      <path
        d="M10.500 18.500l4 4 7.500-8"
        fill="none"
        strokeWidth="2.750"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-on-sea"
      />
    </svg>
  )
}
