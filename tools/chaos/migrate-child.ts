import { openDatabase } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';

// node migrate-child.ts CONNECTION_URL ROOT: brings a database forward in a process that can be killed.
const [url, root] = process.argv.slice(2) as [string, string];
const { db, close } = openDatabase({ connectionString: url, application_name: 'migrate-child' }, { max: 2 });
await migrate(db, root);
await close();
