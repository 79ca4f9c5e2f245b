import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { watchConnection } from './api/connection.ts';
import { queryClient } from './api/queries.ts';
import { App } from './app.tsx';
import './styles/index.css';
import { applyTheme } from './theme.ts';

applyTheme();
watchConnection(() => void queryClient.invalidateQueries());

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Router base="/portal">
        <App />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
