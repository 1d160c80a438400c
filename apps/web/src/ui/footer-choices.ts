import { chooseTheme, isTheme } from './theme.ts'

/**
 * What the footer does beyond what its plain forms do by themselves: a theme shows at once, and the search of the page is
 * kept as well as its path. The forms need no scripts of their own, so pages without the framework's have this too.
 */
export function watchFooterChoices(): () => void {
  document.addEventListener('change', takeTheme)
  document.addEventListener('submit', keepSearch)
  return () => {
    document.removeEventListener('change', takeTheme)
    document.removeEventListener('submit', keepSearch)
  }
}

function takeTheme({ target }: Event): void {
  if (target instanceof HTMLInputElement && target.name === 'theme' && isTheme(target.value))
    chooseTheme(target.value)
}

function keepSearch({ target }: Event): void {
  const back = target instanceof HTMLFormElement ? target.elements.namedItem('back') : null
  if (back instanceof HTMLInputElement) back.value = location.pathname + location.search
}
