// A Vendure server in memory, with the two custom fields that docs/adapters.md asks for.
// Usage: node server.js PORT; says "CONTRACT READY", and ends when its input is closed.
const { bootstrap, dummyPaymentHandler } = require('@vendure/core');

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

bootstrap({
    apiOptions: {
        port: Number(process.argv[2]),
        hostname: '127.0.0.1',
        adminApiPath: 'admin-api',
        shopApiPath: 'shop-api',
    },
    authOptions: {
        tokenMethod: ['bearer', 'api-key'],
        superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
        requireVerification: false,
    },
    dbConnectionOptions: { type: 'sqljs', synchronize: true, autoSave: false },
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    customFields: {
        Order: [
            { name: 'deliveryDate', type: 'datetime', nullable: true },
            { name: 'waRef', type: 'text', nullable: true, public: false },
        ],
    },
    plugins: [],
}).then(() => console.log('CONTRACT READY'));
