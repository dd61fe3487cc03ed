/** @jsxImportSource preact */
import '../trusted.ts';
import { render } from 'preact';
import '../tokens.css';
import { t } from '../t.ts';

render(<h1>{t('platform.brand')}</h1>, document.body);
