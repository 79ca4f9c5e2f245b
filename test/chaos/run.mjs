// npm run chaos -- --seed N --jobs N --json FILE: launches and deletes under fire, then every promise is checked.
// The files beside this one are TypeScript, which this Node does not read by itself.
import { register } from 'node:module';

register('./typescript.mjs', import.meta.url);
const { main } = await import('./main.ts');
process.exit(await main(process.argv.slice(2)));
