namespace NativeSsl.Tests.Data;

public sealed class TokenStoreTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static readonly Passage[] Text =
    [
        new("a.txt", 0, "one"), new("a.txt", 0, ""), new("a.txt", 0, "three"), new("a.txt", 1, ""), new("a.txt", 2, "four"),
        new("b.txt", 3, "a sentence that is longer than the longest"), new("ü.txt", 4, "x"),
    ];

    static int[] Encode(string text) => [.. text.Select(c => (int)c)];

    static string Show(TokenStore store) => string.Join(" / ", Enumerable.Range(0, store.DocumentCount).Select(store.Segments).Select(document =>
        string.Join("|", Enumerable.Range(document.First, document.End - document.First).Select(s => string.Concat(store.Tokens(s, s + 1).Select(t => (char)t))))));

    [Theory, InlineData(false), InlineData(true)]
    public void Segments_documents_and_files_are_where_they_were(bool onDisk)
    {
        using TokenStore store = onDisk ? TokenStore.Write(_scratch.File("t"), Text, Encode, 20) : TokenStore.InMemory(Text, Encode, 20);
        Assert.Equal("one|three / four / a sentence that is l|onger than the longe|st / x", Show(store));
        Assert.Equal([("a.txt", 0), ("b.txt", 2), ("ü.txt", 3)], store.Sources);
        Assert.Equal((55L, 7, 4, onDisk), (store.TokenCount, store.SegmentCount, store.DocumentCount, store.IsOnDisk));
        int[] across = new int[5];
        store.Read(2, across);
        Assert.Equal("ethre", string.Concat(across.Select(t => (char)t)));
        Assert.Throws<ShapeException>(() => store.Read(51, new int[5]));
        Assert.Throws<ShapeException>(() => store.Read(-1, new int[5]));
    }

    [Fact]
    public void The_file_says_what_memory_says_and_other_text_has_another_fingerprint()
    {
        using TokenStore file = TokenStore.Write(_scratch.File("t"), Text, Encode), again = TokenStore.Open(_scratch.File("t"));
        TokenStore memory = TokenStore.InMemory(Text, Encode);
        Assert.Equal(memory.Fingerprint, file.Fingerprint);
        Assert.Equal(memory.Fingerprint, again.Fingerprint);
        Assert.Equal(Show(memory), Show(again));
        HashSet<string> others = [memory.Fingerprint, TokenStore.InMemory(Text, Encode, 20).Fingerprint, TokenStore.InMemory(Text[..^1], Encode).Fingerprint,
            TokenStore.InMemory(Text.Select(passage => passage with { Document = 0 }), Encode).Fingerprint];
        Assert.Equal(4, others.Count);
    }

    [Fact]
    public void What_is_broken_is_refused_and_nothing_large_is_made_for_it()
    {
        string path = _scratch.File("t");
        using (TokenStore.Write(path, Text, Encode)) { }
        byte[] good = File.ReadAllBytes(path);
        for (int length = 0; length < good.Length; length++) Refused(good[..length]);
        Refused([.. good, 0]);
        var random = new RandomSource(1, 2);
        int refused = 0;
        for (int i = 0; i < 2000; i++)                                      // a changed token, letter of a name or of the hash is not to be seen
        {
            byte[] bad = [.. good];
            bad[random.NextInt(40)] ^= (byte)(1 << random.NextInt(8));
            refused += Refuses(bad) ? 1 : 0;
        }
        Assert.Equal(2000, refused);
        Assert.Throws<MalformedFileException>(() => TokenStore.Open(_scratch.File("none")));

        void Refused(byte[] bytes) => Assert.True(Refuses(bytes), $"{bytes.Length} bytes");
        bool Refuses(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try { TokenStore.Open(path).Dispose(); }
            catch (MalformedFileException error) { return error.File == path && GC.GetAllocatedBytesForCurrentThread() - before < 100_000; }
            return false;
        }
    }

    [Fact]
    public void A_text_without_tokens_is_refused()
    {
        Assert.Throws<ShapeException>(() => TokenStore.InMemory(Text, _ => []));
        Assert.Throws<ShapeException>(() => TokenStore.Write(_scratch.File("t"), Text, _ => []));
        Assert.False(File.Exists(_scratch.File("t")));
    }

    [Fact]
    public void A_large_text_goes_through_little_memory()
    {
        static IEnumerable<Passage> Many()
        {
            for (int i = 0; i < 300_000; i++) yield return new Passage("m", i / 100, "twenty-four characters.");
        }
        int[] tokens = new int[46];
        long before = GC.GetAllocatedBytesForCurrentThread();
        using TokenStore store = TokenStore.Write(_scratch.File("m"), Many(), _ => tokens);
        Assert.True(store.IsOnDisk);
        Assert.Equal(13_800_000, store.TokenCount);                          // 55.2 MB of tokens; the bounds take 8 bytes a segment, in lists that grow
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 25_000_000);
    }

    [Fact]
    public void What_is_kept_apart_is_in_no_training()
    {
        TokenStore store = TokenStore.InMemory(Text, Encode);
        foreach (string heldOut in new[] { "tenth", "last", "b.txt", "a.txt" })
        {
            (DocumentSet train, DocumentSet kept) = DocumentSet.Divide(store, heldOut);
            Assert.Empty(train.Documents.Intersect(kept.Documents));
            Assert.Equal(DocumentSet.All(store).Documents, train.Documents.Concat(kept.Documents).Order());
            Assert.Equal(store.TokenCount, train.TokenCount + kept.TokenCount);
            Assert.Equal(store.TokenCount, train.Tokens().Length + kept.Tokens().Length);
        }
        Assert.Equal([(3, 4)], DocumentSet.Divide(store, "b.txt").HeldOut.Documents);
        Assert.Equal([(0, 2), (2, 3)], DocumentSet.Divide(store, "a.txt").HeldOut.Documents);
        Assert.Equal(2, DocumentSet.Divide(Many(29)).HeldOut.Documents.Count);
        Assert.Contains("a.txt, b.txt", Assert.Throws<NativeSslException>(() => DocumentSet.Divide(store, "c.txt")).Message, StringComparison.Ordinal);

        static TokenStore Many(int documents) => TokenStore.InMemory(Enumerable.Range(0, documents).Select(i => new Passage("m", i, "x")), Encode);
    }

    [Fact]
    public void A_single_document_is_refused_for_it_can_only_be_divided_before()
    {
        TokenStore store = TokenStore.InMemory(Enumerable.Range(0, 25).Select(i => new Passage("m", 0, "word")), Encode);
        foreach (string heldOut in new[] { "tenth", "last", "m" })
            Assert.Contains("single document", Assert.Throws<NativeSslException>(() => DocumentSet.Divide(store, heldOut)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_stands_behind_each_document_if_one_is_given()
    {
        DocumentSet all = DocumentSet.All(TokenStore.InMemory([new Passage("a", 0, "ab"), new Passage("a", 0, "c"), new Passage("a", 1, "d")], text => [.. text.Select(c => (int)c)]));
        Assert.Equal(['a', 'b', 'c', 'd'], all.Tokens());
        Assert.Equal(['a', 'b', 'c', 7, 'd', 7], all.Tokens(7));
        Assert.Equal(['d', 7], (all with { Documents = [all.Documents[1]] }).Tokens(7));
    }
}
