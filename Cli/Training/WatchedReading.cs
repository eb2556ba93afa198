namespace NativeSsl.Cli.Training;

/// <summary>Reading a large text: bars show how far it has come, and Ctrl-C ends it with an <see cref="OperationCanceledException"/>.</summary>
static class WatchedReading
{
    // What takes less than some seconds needs no bar, and is over before anyone stops it.
    const long Shown = 16 << 20;

    /// <summary>A tokenizer of the part to train on.</summary>
    internal static ITokenizer Tokenizer(DividedDocuments divided, string name, int vocabulary, Terminal terminal)
    {
        if (divided.Documents.Bytes < Shown) return divided.NewTokenizer(name, vocabulary);
        ITokenizer? tokenizer = null;
        Stage reading = new("reading for the tokenizer", divided.Documents.Bytes, Text.Bytes), pieces = new("learning its pieces", vocabulary, count => Text.Invariant($"{count}"));
        Bar.Show(terminal, name is "character" or "byte" ? [reading] : [reading, pieces], told =>
            tokenizer = divided.NewTokenizer(name, vocabulary, new Told<long>(told[0], terminal.Stopping),
                new Told<TokenizerProgress>(progress => told[1](Learned(progress.Pieces, vocabulary)), terminal.Stopping), terminal.Stopping));
        return tokenizer!;
    }

    // BPE and WordPiece begin with few pieces, Unigram with many of which most go.
    static long Learned(long pieces, long vocabulary) => pieces <= vocabulary ? pieces : vocabulary * vocabulary / pieces;

    /// <summary>A corpus as tokens.</summary>
    internal static TokenStore Tokens(Documents documents, ITokenizer tokenizer, int longest, Terminal terminal)
    {
        if (documents.Bytes < Shown) return TokenCache.Default.Read(documents, tokenizer, longest);
        TokenStore? store = null;
        Bar.Show(terminal, "reading as tokens", documents.Bytes, done => store = TokenCache.Default.Read(documents, tokenizer, longest, new Told<long>(done, terminal.Stopping)));
        return store!;
    }

    // At once, on the thread that reads: the library's own Progress would tell another one, later.
    sealed class Told<T>(Action<T> tell, CancellationToken stopping) : IProgress<T>
    {
        public void Report(T value)
        {
            stopping.ThrowIfCancellationRequested();
            tell(value);
        }
    }
}
