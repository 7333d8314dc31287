// Imported first, so that the mark lies before the libraries are evaluated.
performance.mark('app:start');
