import { useEffect } from 'react';
import { RouterProvider } from 'react-aria-components';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { token } from './api/session.ts';
import { useStore } from './api/store.ts';
import { ActivityPage } from './activity/activity-page.tsx';
import { JobPage } from './activity/job-page.tsx';
import { BrokerPage } from './brokers/broker-page.tsx';
import { BrokersPage } from './brokers/brokers-page.tsx';
import { LaunchPage } from './brokers/launch-page.tsx';
import { NotFound } from './parts/states.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

/** Everything: the door, or the page that the address names. */
export function App() {
  const [, navigate] = useLocation();
  const signedIn = useStore(token) !== null;
  return (
    <RouterProvider navigate={navigate} useHref={(path) => `/portal${path}`}>
      {signedIn ? <Pages /> : <SignIn />}
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
      <Switch>
        <Route path="/">
          <Redirect to="/brokers" replace />
        </Route>
        <Route path="/brokers" component={BrokersPage} />
        <Route path="/brokers/:id">{({ id }) => <BrokerPage key={id} id={id} />}</Route>
        <Route path="/launch" component={LaunchPage} />
        <Route path="/activity" component={ActivityPage} />
        <Route path="/activity/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Shell>
  );
}
