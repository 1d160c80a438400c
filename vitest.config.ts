import { defineConfig } from 'vitest/config'

const never = ['**/node_modules/**', '**/.next/**', '.gesim/**', 'out/**', 'cache/**']

/** Files of a project share one stack, so they run one after another. */
const journeys = {
  exclude: never,
  testTimeout: 240_000,
  hookTimeout: 240_000,
  // A page that is sent and drawn anew takes longer than a second where much else runs.
  expect: { poll: { timeout: 15_000 } },
  fileParallelism: false,
  globalSetup: ['e2e/src/stack-keeper.ts'],
}

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
      // Two stacks side by side: the journeys in the web app, and those without it, of which some kill the node.
      { test: { name: 'e2e', include: ['e2e/src/*.test.ts'], ...journeys } },
      { test: { name: 'e2e-node', include: ['e2e/src/node/*.test.ts'], ...journeys } },
    ],
  },
})
