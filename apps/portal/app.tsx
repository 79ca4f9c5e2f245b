import { lazy, Suspense, useEffect } from 'react';
import type { ReactNode } from 'react';
import { RouterProvider } from 'react-aria-components';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useMay } from './api/may.ts';
import { sessions } from './api/session.ts';
import type { Role } from './api/session.ts';
import { useStore } from './api/store.ts';
import { ActivityPage } from './activity/activity-page.tsx';
import { JobPage } from './activity/job-page.tsx';
import { BrokerPage } from './brokers/broker-page.tsx';
import { BrokersPage } from './brokers/brokers-page.tsx';
import { LaunchPage } from './brokers/launch-page.tsx';
import { Empty, Loading, NotFound } from './parts/states.tsx';
import { PageHead } from './parts/page-head.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import { NewWebhookPage } from './webhooks/new-webhook-page.tsx';
import { WebhookPage } from './webhooks/webhook-page.tsx';
import { WebhooksPage } from './webhooks/webhooks-page.tsx';

// Not for everybody, or large: they come when they are asked for.
const FirehosePage = lazy(() => import('./firehose/firehose-page.tsx'));
const TenantsPage = lazy(() => import('./operators/tenants-page.tsx'));
const WorkQueuesPage = lazy(() => import('./operators/work-queues-page.tsx'));
const WorkersPage = lazy(() => import('./operators/workers-page.tsx'));

/** Everything: the door, or the page that the address names. */
export function App() {
  const [path, navigate] = useLocation();
  const [session] = useStore(sessions);
  return (
    <RouterProvider navigate={navigate} useHref={(path) => `/portal${path}`}>
      {/* Another project is another page: nothing of the one before may stay on it. */}
      {session === undefined || path === '/sign-in' ? <SignIn /> : <Pages key={session.token} />}
    </RouterProvider>
  );
}

function Pages() {
  const [path] = useLocation();
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <Shell>
      <Suspense fallback={<Loading what="the page" />}>
        <Switch>
          <Route path="/">
            <Redirect to="/brokers" replace />
          </Route>
          <Route path="/brokers" component={BrokersPage} />
          <Route path="/brokers/:id">{({ id }) => <BrokerPage key={id} id={id} />}</Route>
          <Route path="/launch">
            <For role="member" title="Launch a broker">
              <LaunchPage />
            </For>
          </Route>
          <Route path="/activity" component={ActivityPage} />
          <Route path="/activity/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
          <Route path="/webhooks" component={WebhooksPage} />
          <Route path="/webhooks/new">
            <For role="member" title="Add a webhook">
              <NewWebhookPage />
            </For>
          </Route>
          <Route path="/webhooks/:id">{({ id }) => <WebhookPage key={id} id={id} />}</Route>
          <Route path="/firehose" component={FirehosePage} />
          <Route path="/tenants">
            <For role="admin" title="Tenants">
              <TenantsPage />
            </For>
          </Route>
          <Route path="/work-queues">
            <For role="admin" title="Work queues">
              <WorkQueuesPage />
            </For>
          </Route>
          <Route path="/workers">
            <For role="admin" title="Workers">
              <WorkersPage />
            </For>
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}

/** A page for a role; whoever has less finds out why it is empty. */
function For({
  role,
  title,
  children,
}: {
  readonly role: Role;
  readonly title: string;
  readonly children: ReactNode;
}) {
  if (useMay(role)) return children;
  return (
    <>
      <PageHead title={title} />
      <Empty title="This is not for you to do">
        <p>It needs the role {role}. Ask whoever gave you access, or sign in with another token.</p>
      </Empty>
    </>
  );
}
