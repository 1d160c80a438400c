export { PERSONAS, type Persona } from './page.ts'
export { type SignInServer, startSignIn } from './provider.ts'
export { signInSettings } from './settings.ts'
