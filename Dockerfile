# Warrener's server side: one image, a process chosen by its command (dist/apps/<app>/main.js).
FROM node:20.19.5-bookworm-slim AS build
WORKDIR /warrener
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY libs libs
COPY apps apps
RUN npm run build
# Optional packages are the embedded PostgreSQL and native accelerators: not needed here.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:20.19.5-bookworm-slim
ENV NODE_ENV=production
WORKDIR /warrener
COPY --from=build /warrener/package.json ./
COPY --from=build /warrener/node_modules node_modules
COPY --from=build /warrener/dist dist
USER node
EXPOSE 8080
CMD ["node", "dist/apps/api/main.js"]
