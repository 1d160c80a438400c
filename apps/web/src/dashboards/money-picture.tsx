import { usdc } from '../words/format.ts'
import type { Place, Places } from './money-places.ts'

/** Height of one place in the picture; the text beside it has the same (`h-15`). */
const ROW = 60
const HEAD = 40
/** How thick everything that was paid in is. A place with money is never thinner than a line. */
const WHOLE = 44
const THINNEST = 1.5

interface Band {
  readonly key: string
  readonly d: string
  readonly inEscrow: boolean
}

/** Where the money is: one stream that divides. Each place says in words and figures what the stream only hints at. */
export function MoneyPicture({ places }: { places: Places }) {
  const rows = places.escrow.length + places.out.length
  const height = rows * ROW + 2 * HEAD
  return (
    <div className="card overflow-hidden p-4 sm:p-6" data-testid="money-picture">
      <p className="figures text-small text-soft">
        Paid in by travellers{' '}
        <strong className="text-lead font-semibold text-ink">{usdc(places.paidInMicros)}</strong> USDC, and
        where it is now
      </p>
      <div className="mt-4 grid grid-cols-[minmax(3rem,1fr)_minmax(0,15rem)] sm:grid-cols-[minmax(6rem,1fr)_minmax(0,26rem)]">
        <svg
          viewBox={`0 0 100 ${height}`}
          height={height}
          preserveAspectRatio="none"
          className="w-full"
          aria-hidden="true"
        >
          {bandsOf(places, height).map((band) => (
            <path key={band.key} d={band.d} className={band.inEscrow ? 'fill-sea/45' : 'fill-sea'} />
          ))}
        </svg>
        <div>
          <Group name="In escrow now" places={places.escrow} whole={places.paidInMicros} inEscrow />
          <Group name="Went to" places={places.out} whole={places.paidInMicros} />
        </div>
      </div>
    </div>
  )
}

function Group({
  name,
  places,
  whole,
  inEscrow = false,
}: {
  name: string
  places: readonly Place[]
  whole: bigint
  inEscrow?: boolean
}) {
  return (
    <>
      <h3 className="flex h-10 items-end pb-1.5 pl-4 text-caption font-semibold text-faint">{name}</h3>
      <ul aria-label={name}>
        {places.map((place) => (
          <li key={place.key} className="flex h-15 items-center gap-3">
            <span
              className={`h-11 w-1 shrink-0 rounded-full ${place.amountMicros === 0n ? 'bg-line' : inEscrow ? 'bg-sea/45' : 'bg-sea'}`}
              aria-hidden="true"
            />
            <span className="min-w-0 flex-1">
              <span
                className={`block text-small font-semibold ${place.amountMicros === 0n ? 'text-faint' : ''}`}
              >
                {place.name}
              </span>
              <span className="hidden text-caption text-soft sm:block">{place.says}</span>
            </span>
            <span className="figures text-right">
              <span
                className={`block text-small ${place.amountMicros === 0n ? 'text-faint' : 'font-semibold'}`}
              >
                {usdc(place.amountMicros)}
              </span>
              <span className="block text-caption text-faint">{share(place.amountMicros, whole)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** `0.5 %`; what is more than nothing never reads as nothing. */
export function share(part: bigint, whole: bigint): string {
  if (whole <= 0n || part === 0n) return '0 %'
  const tenths = Number((part * 1000n + whole / 2n) / whole)
  return tenths === 0 ? '< 0.1 %' : `${tenths / 10} %`
}

function bandsOf(places: Places, height: number): Band[] {
  const all = [
    ...places.escrow.map((place, at) => ({ place, inEscrow: true, y: HEAD + at * ROW + ROW / 2 })),
    ...places.out.map((place, at) => ({
      place,
      inEscrow: false,
      y: 2 * HEAD + (places.escrow.length + at) * ROW + ROW / 2,
    })),
  ].filter(({ place }) => place.amountMicros > 0n)
  const thick = all.map(({ place }) =>
    Math.max(THINNEST, (Number(place.amountMicros) / Number(places.paidInMicros)) * WHOLE),
  )
  let from = (height - thick.reduce((sum, one) => sum + one, 0)) / 2
  return all.map(({ place, inEscrow, y }, at) => {
    const t = thick[at]!
    const top = y - t / 2
    const d = `M0 ${from}C55 ${from} 45 ${top} 100 ${top}V${top + t}C45 ${top + t} 55 ${from + t} 0 ${from + t}Z`
    from += t
    return { key: place.key, d, inEscrow }
  })
}
