import '../../ui/src/tokens.css';
import './page.css';
import { mount } from 'svelte';
import App from './components/App.svelte';

mount(App, { target: document.body });
