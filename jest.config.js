/** Specs lie beside the code. The suffix says the cost: *.spec.ts no services, *.int.spec.ts services, *.e2e.spec.ts processes. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^#([a-z-]+)$': '<rootDir>/libs/$1/index.ts' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
        module: { type: 'es6' },
      },
    ],
  },
  testSequencer: './scripts/longest-first.mjs',
  testTimeout: 30_000,
};
