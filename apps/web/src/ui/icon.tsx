const PATHS = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  clock: 'M12 7.5V12l3 2M21 12a9 9 0 11-18 0 9 9 0 0118 0z',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  wallet: 'M4 7.5h14a2 2 0 012 2v8a2 2 0 01-2 2H6a2 2 0 01-2-2v-11a2 2 0 012-2h10M16.5 13.5h.01',
  sim: 'M7 3.5h6.5L18 8v11a1.5 1.5 0 01-1.5 1.5h-9A1.5 1.5 0 016 19V5a1.5 1.5 0 011-1.5zM9 12h6v5H9zM12 12v5',
  receipt: 'M6 3.5v17l2-1.3 2 1.3 2-1.3 2 1.3 2-1.3 2 1.3v-17zM9.5 8.5h5M9.5 12.5h5',
  shield: 'M12 3.5l7 2.6v5.4c0 4.3-2.9 7.5-7 9-4.1-1.5-7-4.7-7-9V6.100zM9 12l2.200 2.200L15.500 10',
  key: 'M14.500 13a4.500 4.500 0 10-4.300-3.200L4 16v4h4v-2.500h2.500V15l1.300-1.300c.8.300 1.800.300 2.700-.7zM15.500 8.500h.01',
  search: 'M11 17.500a6.500 6.500 0 100-13 6.500 6.500 0 000 13zM20 20l-4.200-4.200',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100',
  moon: 'M19.500 14.500A8 8 0 119.500 4.500a6.500 6.500 0 0010 10z',
  auto: 'M12 4a8 8 0 100 16zM12 4a8 8 0 010 16',
  chevron: 'M6.500 9.500l5.500 5.500 5.500-5.500',
  download: 'M12 4v11M7 10.500l5 5 5-5M5 19.500h14',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 100-6 3 3 0 000 6z',
  external: 'M10 5H5v14h14v-5M14 5h5v5M19 5l-8 8',
  phone:
    'M8 3.500h8A1.500 1.500 0 0117.500 5v14a1.500 1.500 0 01-1.500 1.500H8A1.500 1.500 0 016.500 19V5A1.500 1.500 0 018 3.500zM11 17.500h2',
  refresh: 'M19.500 11.500A7.500 7.500 0 106 17.500M19.500 5v6.500H13',
  back_money: 'M8.500 8.500L5 12l3.500 3.500M5 12h9a4.500 4.500 0 010 9h-1',
  globe:
    'M12 21a9 9 0 100-18 9 9 0 000 18zM3.500 9.500h17M3.500 14.500h17M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18',
  antenna:
    'M12 12.500V21M8.500 16a5 5 0 010-7M15.500 9a5 5 0 010 7M5.500 18.500a8.500 8.500 0 010-12M18.500 6.500a8.500 8.500 0 010 12M12 12.500h.01',
  flash: 'M13 3L5 13.500h6L10.500 21 19 10.500h-6.500z',
  print: 'M7 9V3.500h10V9M7 17H4.500V9h15v8H17M7 14h10v6.500H7z',
} as const

export type IconName = keyof typeof PATHS

/** Pictures that point along the line are mirrored where lines run from right to left. */
const POINTING: ReadonlySet<IconName> = new Set(['arrow', 'back', 'back_money'])

/** A line icon. It says nothing by itself: words stand beside it. */
export function Icon({ name, className = 'size-5' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${POINTING.has(name) ? 'rtl:-scale-x-100' : ''} ${className}`}
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
