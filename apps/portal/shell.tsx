import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { lost } from './api/connection.ts';
import { queryClient } from './api/queries.ts';
import { signOut } from './api/session.ts';
import { useStore } from './api/store.ts';
import { ActionButton } from './parts/button.tsx';
import { Icon } from './parts/icon.tsx';
import type { IconName } from './parts/icon.tsx';
import { chooseTheme, nextTheme, theme } from './theme.ts';

const pages: readonly { path: string; name: string; icon: IconName; also?: string }[] = [
  { path: '/brokers', name: 'Brokers', icon: 'brokers', also: '/launch' },
  { path: '/activity', name: 'Activity', icon: 'activity' },
];

/** What is around every page: the way to the others, and word of a lost connection. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const isHere = (page: string): boolean => path === page || path.startsWith(`${page}/`);
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <div className="shell">
        <header className="side">
          <Brand />
          <nav className="nav" aria-label="Pages">
            <ul>
              {pages.map(({ path: to, name, icon, also }) => (
                <li key={to}>
                  <Link
                    href={to}
                    aria-current={isHere(to) || (also !== undefined && isHere(also)) ? 'page' : undefined}
                  >
                    <Icon name={icon} />
                    {name}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className="side-end">
            <ThemeButton />
            <ActionButton
              kind="plain"
              label="Sign out"
              onPress={() => {
                signOut();
                queryClient.clear();
              }}
            >
              <Icon name="leave" /> <span className="words">Sign out</span>
            </ActionButton>
          </div>
        </header>
        <div className="beside">
          <Lost />
          <main className="page" id="page" tabIndex={-1}>
            {children}
          </main>
        </div>
      </div>
    </>
  );
}

/** The name of the house. */
export function Brand() {
  return (
    <Link href="/brokers" className="brand">
      <img src="/portal/rabbit.svg" alt="" /> Warrener
    </Link>
  );
}

const themeNames = { auto: 'System colours', light: 'Light', dark: 'Dark' } as const;

function ThemeButton() {
  const now = useStore(theme);
  return (
    <ActionButton
      kind="plain"
      label={`Colours: ${themeNames[now]}. Change`}
      onPress={() => {
        chooseTheme(nextTheme(now));
      }}
    >
      <Icon name={now} /> <span className="words">{themeNames[now]}</span>
    </ActionButton>
  );
}

function Lost() {
  const isLost = useStore(lost);
  return (
    <div role="status">
      {isLost && (
        <div className="lost">
          <Icon name="turning" /> Warrener cannot be reached. This page goes on by itself when it answers
          again.
        </div>
      )}
    </div>
  );
}
