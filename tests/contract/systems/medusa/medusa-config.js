// A Medusa server without its admin app; the contract suite copies this beside its node_modules.
const { defineConfig } = require('@medusajs/framework/utils');

module.exports = defineConfig({
    admin: { disable: true },
    projectConfig: {
        databaseUrl: process.env.DATABASE_URL,
        databaseDriverOptions: { ssl: false, connection: { ssl: false } },
        http: {
            storeCors: 'http://127.0.0.1',
            adminCors: 'http://127.0.0.1',
            authCors: 'http://127.0.0.1',
            jwtSecret: 'contract',
            cookieSecret: 'contract',
        },
    },
});
