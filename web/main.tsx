import { render } from 'preact';
import { App } from './page/app.tsx';
import { takeTokenFromAddress } from './page/session.ts';

takeTokenFromAddress();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
