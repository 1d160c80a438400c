/** A round flag. Decoration: the country's name stands beside it. */
export function Flag({ code, className = 'size-7' }: { code: string; className?: string }) {
  return (
    // biome-ignore lint/performance/noImgElement: an SVG of one kilobyte from our own origin needs no image service
    <img
      src={`/flags/${code.toLowerCase()}.svg`}
      alt=""
      width={28}
      height={28}
      loading="lazy"
      decoding="async"
      className={`rounded-full ${className}`}
    />
  )
}
