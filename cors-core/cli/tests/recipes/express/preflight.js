// Add the origins, methods and headers that your server allows already.
// Before every other app.use and every route, in place of any other use of cors.
const cors = require('cors'); // npm install cors

app.use(cors({
  origin: ['https://app.example.com'],
  methods: ['GET', 'HEAD', 'POST', 'PUT'],
  allowedHeaders: ['authorization', 'content-type', 'x-trace'],
}));
