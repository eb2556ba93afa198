namespace NativeSsl.Tests.Objectives;

public sealed class SequenceFrameTests
{
    static readonly CpuBackend Cpu = new(1);
    static readonly CharacterTokenizer Letters = new("abcdefgh \n");

    [Fact]
    public void Marks_that_a_tokenizer_lacks_come_behind_its_last_token_and_sentinels_descend()
    {
        var frame = new SequenceFrame(Letters, sentinels: 3);
        Assert.Equal((10, 11, 14, 15), (frame.Padding, frame.End, frame.FirstSentinel, frame.Vocabulary));
        Assert.Equal(Enumerable.Range(0, 10), Enumerable.Range(-1, 17).Where(frame.IsWord));
        Assert.Equal([14, 13, 12], Enumerable.Range(0, 15).Where(frame.Corruption().IsSentinel).Reverse());
    }

    [Fact]
    public void A_tokenizer_of_T5_brings_its_own()
    {
        var t5 = (PieceTokenizer)Tokenizer.Create("unigram", [TextCorpus.BuiltIn().Text], 200);
        var frame = new SequenceFrame(t5, sentinels: 60);
        Assert.Equal((t5.IdOf("<pad>"), t5.IdOf("</s>"), t5.IdOf("<extra_id_0>"), 200), (frame.Padding, frame.End, frame.FirstSentinel, frame.Vocabulary));
        Assert.Equal(199, frame.FirstSentinel);
        Assert.False(frame.Corruption().IsSentinel(199 - 60));
        Assert.False(frame.IsWord(199 - 60));                                // a sentinel that is not used is no word either
        Assert.Contains("has 100 sentinels, and 101", Assert.Throws<NativeSslException>(() => new SequenceFrame(t5, 101)).Message, StringComparison.Ordinal);
        Assert.Throws<NativeSslException>(() => new SequenceFrame(t5, 0));
        var bert = (PieceTokenizer)Tokenizer.Create("wordpiece", [TextCorpus.BuiltIn().Text], 200);
        Assert.Equal((bert.IdOf("[PAD]"), bert.IdOf("[SEP]"), 200 + 99), (new SequenceFrame(bert).Padding, new SequenceFrame(bert).End, new SequenceFrame(bert).FirstSentinel));
    }

    [Fact]
    public void A_text_keeps_its_end_and_comes_back_on_one_line()
    {
        var frame = new SequenceFrame(Letters, sentinels: 3);
        Assert.Equal([.. Letters.Encode("bad"), frame.End], frame.Tokens("bad", 4));
        Assert.Equal([.. Letters.Encode("ba"), frame.End], frame.Tokens("bad", 3));
        Assert.Equal([frame.End], frame.Tokens("bad", 1));
        Assert.Throws<NativeSslException>(() => frame.Tokens("bad", 0));
        Assert.Throws<MalformedFileException>(() => frame.Tokens("box", 9));
        Assert.Equal("bad cab", frame.Text([frame.Padding, 14, .. Letters.Encode(" bad\ncab "), frame.End]));
        Assert.Equal("a <1> bc <3>", frame.Show([.. Letters.Encode("a "), 14, .. Letters.Encode("bc"), 12, frame.End]));
    }

    [Fact]
    public void A_rewriter_writes_for_each_text_what_it_writes_for_it_alone()
    {
        var frame = new SequenceFrame(Letters, sentinels: 1);
        var model = new T5(new T5.Config { Vocabulary = frame.Vocabulary, Layers = 1, Heads = 2, Width = 16, HeadWidth = 8, Hidden = 32, Dropout = 0f }, new Init(Cpu, 11));
        // It has learned to write the letter that it reads, or texts would not be told apart.
        var pairs = new SequencePairs(Cpu, [.. "abcdefgh".SelectMany(letter => Enumerable.Range(1, 7).Select(n => (frame.Tokens(new string(letter, n), 6), frame.Tokens($"{letter}", 6))))],
            frame.Padding, 16, 1);
        var trainer = new Trainer(new TextToText(model, frame.Padding), pairs, new TrainerOptions
            { Steps = 150, Seed = 1, Clip = 1, Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new Cosine(2e-2, 1e-3, 150)) } });
        for (int i = 0; i < 150; i++) trainer.Step();
        var rewriter = new Rewriter(model, frame, context: 6);
        string[] texts = [.. Enumerable.Range(0, Rewriter.Batch + 5).Select(i => new string((char)('a' + i % 8), 1 + i * 5 % 7))];
        IReadOnlyList<string> together = rewriter.Write(texts, length: 5, beams: 2);
        Assert.Equal(texts.Select(text => rewriter.Write([text], 5, 2).Single()), together);
        Assert.Equal(texts.Select(text => text[..1]), together);
        Assert.Equal(rewriter.Write(["abcde"], 5), rewriter.Write(["abcdefgh"], 5));      // a context of six: five letters and the end
        Assert.NotEqual(rewriter.Write(["abcde"], 5), rewriter.Write(["hgfed"], 5));
    }
}
