const express = require('express');
const app = express();
const PAGE = 'https://app.example.com';
// RECIPE
if (process.env.AUTH) {
  app.use((req, res, next) => (req.headers.authorization ? next() : res.status(401).send('who?')));
}
app.all('/data', (req, res) => res.set('X-Total', '3').send('data'));
app.get('/crash', () => {
  throw new Error('it crashed');
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
