import type { ReactNode } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator, Text } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { lost } from './api/connection.ts';
import { useFirehose } from './firehose/queries.ts';
import { queryClient } from './api/queries.ts';
import { enter, leave, sessions, suffices } from './api/session.ts';
import type { Role, Session } from './api/session.ts';
import { useStore } from './api/store.ts';
import { ActionButton } from './parts/button.tsx';
import { Icon } from './parts/icon.tsx';
import type { IconName } from './parts/icon.tsx';
import { chooseTheme, nextTheme, theme } from './theme.ts';

interface Page {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  readonly role: Role;
  readonly also?: string;
}

const pages: readonly Page[] = [
  { path: '/brokers', name: 'Brokers', icon: 'brokers', role: 'reader', also: '/launch' },
  { path: '/activity', name: 'Activity', icon: 'activity', role: 'reader' },
  { path: '/webhooks', name: 'Webhooks', icon: 'hook', role: 'reader' },
  { path: '/firehose', name: 'Firehose', icon: 'firehose', role: 'reader' },
  { path: '/tenants', name: 'Tenants', icon: 'people', role: 'admin' },
  { path: '/work-queues', name: 'Work queues', icon: 'queue', role: 'admin' },
  { path: '/workers', name: 'Workers', icon: 'worker', role: 'admin' },
];

/** What is around every page: the way to the others, and word of a lost connection. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const [session] = useStore(sessions);
  const { data: firehose } = useFirehose();
  const isHere = (page: string): boolean => path === page || path.startsWith(`${page}/`);
  const offered = pages.filter(
    ({ path: to, role }) =>
      session !== undefined &&
      suffices(session.role, role) &&
      (to !== '/firehose' || (firehose !== undefined && firehose.websocket_url !== null)),
  );
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
              {offered.map(({ path: to, name, icon, also }) => (
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
            {session !== undefined && <Projects session={session} />}
            <ThemeButton />
            <ActionButton
              kind="plain"
              label="Sign out"
              onPress={() => {
                if (session === undefined) return;
                leave(session);
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

/** The project that is looked at, and the way to the others. */
function Projects({ session }: { readonly session: Session }) {
  const [, navigate] = useLocation();
  const all = useStore(sessions);
  return (
    <MenuTrigger>
      <Button className="button project" data-kind="plain">
        <Icon name="people" />
        <span className="words">
          <span className="truncate">
            <span className="hidden-visually">Project </span>
            {session.project}
          </span>
          <span className="small muted">{session.role}</span>
        </span>
        <Icon name="down" size={14} />
      </Button>
      <Popover className="popover">
        <Menu
          aria-label="Projects"
          onAction={(key) => {
            if (key === 'another') {
              navigate('/sign-in');
              return;
            }
            const chosen = all.find(({ token }) => token === key);
            if (chosen === undefined || chosen === session) return;
            queryClient.clear();
            navigate('/brokers');
            enter(chosen);
          }}
        >
          {all.map((one) => (
            <MenuItem key={one.token} id={one.token} textValue={one.project} className="option">
              <Text slot="label">{one.project}</Text>
              <Text slot="description" className="description">
                {one.name}, {one.role}
                {one === session ? ' · now' : ''}
              </Text>
            </MenuItem>
          ))}
          <Separator className="separator" />
          <MenuItem id="another" className="option">
            <Text slot="label">Sign in to another…</Text>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
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
