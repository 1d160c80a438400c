export type Theme = 'system' | 'light' | 'dark'

export function isTheme(value: string | undefined): value is Theme {
  return value === 'system' || value === 'light' || value === 'dark'
}

/** Shows the page in a theme from now on; the cookie lets the server draw the right one from the start. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`
}
