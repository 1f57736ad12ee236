import { render } from 'preact';
import { takeTokenFromAddress } from './page/session.ts';
import { Shell } from './page/shell.tsx';

takeTokenFromAddress();
const root = document.getElementById('app');
if (root !== null) render(<Shell />, root);
