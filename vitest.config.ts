import { defineConfig } from 'vitest/config'

const never = ['**/node_modules/**', '**/.next/**', '.gesim/**', 'out/**', 'cache/**']

export default defineConfig({
  test: {
    // Two cores: more workers only make real databases and chains wait for each other.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'units',
          include: ['{base,contracts,proofs,rsp,platform,sdk,simulators,apps,tidy,bench,tools}/**/*.test.ts'],
          exclude: never,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: never,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          globalSetup: ['e2e/src/stack-keeper.ts'],
        },
      },
    ],
  },
})
