/** @jsxImportSource preact */
import '../trusted.ts';
import { hydrate, render } from 'preact';
import '../icons.css';
import '../base.css';
import './shell.css';
import '../../../timetable/web/slate.css';
import { firstData } from '../first-data.ts';
import { App, type FirstData } from './app.tsx';
import { keepForOffline } from './offline.ts';

const root = document.querySelector('#app');
if (root) {
  const first = firstData() as FirstData | undefined;
  const app = <App first={first} address={location} />;
  if (first?.today) hydrate(app, root);
  else render(app, root);
}
keepForOffline();
