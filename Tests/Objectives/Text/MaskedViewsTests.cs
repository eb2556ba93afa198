using FsCheck.Xunit;
using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

/// <summary>Packing and pairs: nothing lost, nothing twice, and every mask a function of seed, epoch and sample.</summary>
public sealed class MaskedViewsTests
{
    static TextMarks Wide => TextMarks.After(1 << 20);

    [Property(MaxTest = 100)]
    public bool Full_sentences_hold_every_token_once_in_order_with_a_separator_between_documents(ulong seed)
    {
        DocumentSet text = Random(seed, 6, 5, 25, distinct: true);
        var packed = new FullSentences(Cpu, text, Wide, Options);
        int[] read = [.. Enumerable.Range(0, packed.Count).Select(packed.Sample).SelectMany(sample => sample.Tokens).Where(token => !Wide.IsSpecial(token))];
        int[] firsts = [.. text.Documents.Select(document => text.Store.Tokens(document.First, document.End)[0])];
        return read.SequenceEqual(Enumerable.Range(0, (int)text.TokenCount)) && Enumerable.Range(0, packed.Count).All(index =>
        {
            int[] tokens = packed.Sample(index).Tokens;
            bool separated = Enumerable.Range(2, tokens.Length - 2).All(i => (tokens[i - 1] == Wide.Separator) == firsts.Contains(tokens[i]));
            return tokens[0] == Wide.Begin && tokens[^1] == Wide.Separator && tokens.Length <= Context && separated;
        });
    }

    [Fact]
    public void Sentences_are_cut_only_if_they_are_longer_than_a_sample()
    {
        int[][][] documents = [[[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13, 14, 15]], [[.. Enumerable.Range(100, 30)], [200]]];
        var packed = new FullSentences(Cpu, Documents(documents), Wide, Options);
        int[][] samples = [.. Enumerable.Range(0, packed.Count).Select(i => packed.Sample(i).Tokens[1..^1])];
        Assert.Equal([[.. Enumerable.Range(1, 10)], [11, 12, 13, 14, 15], [.. Enumerable.Range(100, 14)], [.. Enumerable.Range(114, 14)], [128, 129, 200]], samples);
    }

    [Fact]
    public void Masks_differ_by_epoch_and_are_equal_by_seed_epoch_and_sample()
    {
        DocumentSet text = Random(1, 6, 6, 9, distinct: true);
        Dictionary<int, int[]> Epoch(MaskedViewsOptions options, int epoch)
        {
            // A draw of one sample: its first token says which one it is.
            var views = new FullSentences(Cpu, text, Wide, options with { Batch = 1 });
            return Enumerable.Range(epoch * views.Count, views.Count).Select(draw => views.Draw(draw)).ToDictionary(Number, view => view.Indices[MaskedViews.Places].Values.ToArray());
        }
        int Number(Views view)
        {
            int[] tokens = view.Indices[MaskedViews.Tokens].Values.ToArray(), places = view.Indices[MaskedViews.Places].Values.ToArray();
            for (int i = 0; i < places.Length; i++) tokens[places[i]] = view.Indices[MaskedViews.Targets].Values.Span[i];
            return tokens[1];
        }
        static bool Same(Dictionary<int, int[]> a, Dictionary<int, int[]> b) => a.Count == b.Count && a.All(entry => entry.Value.SequenceEqual(b[entry.Key]));
        Dictionary<int, int[]>[] dynamic = [.. Enumerable.Range(0, 4).Select(epoch => Epoch(Options, epoch))];
        Assert.True(Same(dynamic[2], Epoch(Options, 2)));
        Assert.All(Enumerable.Range(1, 3), epoch => Assert.False(Same(dynamic[0], dynamic[epoch])));
        Assert.False(Same(dynamic[0], Epoch(Options with { Seed = 6 }, 0)));
        Dictionary<int, int[]>[] fixedOnes = [.. Enumerable.Range(0, 4).Select(epoch => Epoch(Options with { Maskings = 2 }, epoch))];
        Assert.True(Same(fixedOnes[0], fixedOnes[2]) && Same(fixedOnes[1], fixedOnes[3]) && !Same(fixedOnes[0], fixedOnes[1]));
        Assert.True(Same(dynamic[0], fixedOnes[0]));
    }

    [Fact]
    public void An_epoch_has_every_sample_once_and_batches_run_over_its_end()
    {
        var views = new FullSentences(Cpu, Random(2, 7, 6, 9, distinct: true), Wide, Options with { Batch = 3 });
        Assert.NotEqual(0, views.Count % 3);
        Assert.Equal(views.Count / 3, views.DrawsPerEpoch);
        string[] drawn = [.. Enumerable.Range(0, views.Count).SelectMany(draw => Enumerable.Range(0, 3).Select(row => string.Join(' ', Unmasked(views.Draw(draw), row))))];
        string[] all = [.. Enumerable.Range(0, views.Count).Select(index => string.Join(' ', views.Sample(index).Tokens)).Order(StringComparer.Ordinal)];
        foreach (string[] epoch in drawn.Chunk(views.Count)) Assert.Equal(all, epoch.Order(StringComparer.Ordinal));
        Assert.Equal(views.Count, views.Everything().Sum(view => view.Indices[MaskedViews.Lengths].Shape[0]));
        Assert.Throws<NativeSslException>(() => views.Draw(-1));
    }

    static int[] Unmasked(Views view, int row)
    {
        Indices tokens = view.Indices[MaskedViews.Tokens];
        int[] all = tokens.Values.ToArray();
        for (int i = 0; i < view.Terms; i++) all[view.Indices[MaskedViews.Places].Values.Span[i]] = view.Indices[MaskedViews.Targets].Values.Span[i];
        return all[(row * tokens.Shape[1])..(row * tokens.Shape[1] + view.Indices[MaskedViews.Lengths].Values.Span[row])];
    }

    [Fact]
    public void A_batch_is_as_long_as_its_longest_and_filled_up_with_padding()
    {
        Views view = new FullSentences(Cpu, Documents([[1, 2, 3]], [[.. Enumerable.Range(4, 14)]], [[18]]), Wide, Options with { Batch = 2 }).Everything().First();
        Assert.Equal([2, 16], view.Indices[MaskedViews.Tokens].Shape);
        Assert.Equal([5, 16], view.Indices[MaskedViews.Lengths].Values.ToArray());
        Assert.All(Row(view.Indices[MaskedViews.Tokens], 0)[5..], token => Assert.Equal(Wide.Padding, token));
        Assert.Equal(view.Indices[MaskedViews.Targets].Shape[0], view.Terms);
    }

    [Property(MaxTest = 60)]
    public bool Of_pairs_the_second_follows_or_comes_from_another_document_and_no_segment_is_lost(ulong seed)
    {
        DocumentSet text = Random(seed, 5, 9, 6, distinct: true);
        var pairs = new SentencePairs(Cpu, text, Wide, Options with { Seed = seed }, duplicates: 3);
        int Document(int segment) => Enumerable.Range(0, text.Documents.Count).Single(d => text.Documents[d].First <= segment && segment < text.Documents[d].End);
        List<int> used = [];
        foreach (SentencePairs.TwoTexts pair in pairs.Pairs)
        {
            used.AddRange(Enumerable.Range(pair.A.First, pair.A.Count));
            if (pair.A.Count < 1 || pair.B.Count < 1) return false;
            if (pair.IsNegative && (Document(pair.B.First) == Document(pair.A.First) || Document(pair.B.End - 1) != Document(pair.B.First))) return false;
            if (!pair.IsNegative && (pair.B.First != pair.A.End || Document(pair.B.End - 1) != Document(pair.A.First))) return false;
            if (!pair.IsNegative) used.AddRange(Enumerable.Range(pair.B.First, pair.B.Count));
        }
        // Each time through: every segment once and in order, those of negatives put back.
        return used.SequenceEqual(Enumerable.Range(0, 3).SelectMany(_ => Enumerable.Range(0, text.SegmentCount)));
    }

    [Property(MaxTest = 60)]
    public bool Of_swapped_pairs_both_parts_follow_each_other_in_one_document(ulong seed)
    {
        DocumentSet text = Random(seed, 6, 9, 6, distinct: true);
        var pairs = new SentencePairs(Cpu, text, Wide, Options with { Seed = seed }, PairTask.Order, duplicates: 2);
        HashSet<int> used = [];
        foreach (SentencePairs.TwoTexts pair in pairs.Pairs)
        {
            (SentencePairs.Stretch before, SentencePairs.Stretch after) = pair.IsNegative ? (pair.B, pair.A) : (pair.A, pair.B);
            if (before.End != after.First || !text.Documents.Any(d => d.First <= before.First && after.End <= d.End)) return false;
            used.UnionWith(Enumerable.Range(before.First, before.Count + after.Count));
        }
        return used.SetEquals(text.Documents.Where(d => d.End - d.First > 1).SelectMany(d => Enumerable.Range(d.First, d.End - d.First)));
    }

    [Fact]
    public void Half_of_the_pairs_are_negative_where_a_choice_is_left_and_a_tenth_aims_short()
    {
        DocumentSet text = Random(3, 20, 900, 4, distinct: true);
        SentencePairs New(double shortShare) => new(Cpu, text, Wide, Options with { Context = 64 }, shortShare: shortShare);
        double Shorter(SentencePairs pairs) => Enumerable.Range(0, pairs.Count).Average(i => pairs.Sample(i).Tokens.Length < 40 ? 1.0 : 0.0);
        SentencePairs usual = New(SentencePairs.Short);
        Assert.Equal(0.5, usual.Pairs.Average(pair => pair.IsNegative ? 1.0 : 0.0), 0.04);
        (double never, double sometimes, double always) = (Shorter(New(0)), Shorter(usual), Shorter(New(1)));
        Assert.InRange(never, 0, 0.08);                                        // where the other document ended early
        Assert.Equal(35 / 60.0, always, 0.07);                              // of aims from 2 to 61, those under 37 with three marks
        Assert.Equal(never + 0.1 * (always - never), sometimes, 0.02);
    }

    [Fact]
    public void Pairs_are_cut_on_the_longer_side_at_both_ends_and_have_marks_and_segments()
    {
        int[] a = [.. Enumerable.Range(0, 40)], b = [.. Enumerable.Range(100, 9)];
        var pairs = new SentencePairs(Cpu, Documents([a, b], [a, b], [a, b]), Wide, Options, shortShare: 0);
        bool front = false, back = false;
        for (int i = 0; i < pairs.Count; i++)
        {
            TextSample sample = pairs.Sample(i);
            int[] separators = [.. Enumerable.Range(0, sample.Tokens.Length).Where(place => sample.Tokens[place] == Wide.Separator)];
            Assert.Equal((Context, Wide.Begin, 2, Context - 1), (sample.Tokens.Length, sample.Tokens[0], separators.Length, separators[1]));
            Assert.Equal(Enumerable.Range(0, Context).Select(place => place > separators[0] ? 1 : 0), sample.Segments);
            int[] first = sample.Tokens[1..separators[0]], second = sample.Tokens[(separators[0] + 1)..^1];
            Assert.Equal(Enumerable.Range(first[0], first.Length), first);                                   // what is left is in one piece
            Assert.Equal(Enumerable.Range(second[0], second.Length), second);
            if (first[0] > 0 && first[0] < 40) front = true;
            if (first[^1] < 39) back = true;
            Assert.Equal(sample.Tokens, pairs.Sample(i).Tokens);
            Assert.Equal(pairs.Pairs[i].IsNegative ? 1 : 0, sample.Label);
        }
        Assert.True(front && back);
    }

    [Fact]
    public void What_cannot_be_packed_is_refused()
    {
        DocumentSet one = Documents([[1, 2], [3]]);
        Assert.Contains("another one", Assert.Throws<ShapeException>(() => new SentencePairs(Cpu, one, Wide, Options)).Message, StringComparison.Ordinal);
        Assert.Contains("two sentences", Assert.Throws<ShapeException>(() => new SentencePairs(Cpu, Documents([[1]], [[2]]), Wide, Options, PairTask.Order)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new SentencePairs(Cpu, Documents([[1]], [[2]]), Wide, Options with { Context = 4 }));
        Assert.Throws<ShapeException>(() => new SentencePairs(Cpu, Documents([[1]], [[2]]), Wide, Options, duplicates: 0));
        Assert.Throws<ShapeException>(() => new FullSentences(Cpu, one, Wide, Options with { Context = 2 }));
        Assert.Throws<ShapeException>(() => new FullSentences(Cpu, one, Wide, Options with { Batch = 0 }));
        Assert.Equal(1, new FullSentences(Cpu, one, Wide, Options).Count);                                   // a corpus smaller than a batch is drawn again and again
        Assert.Equal(8, new FullSentences(Cpu, one, Wide, Options).Draw(3).Indices[MaskedViews.Lengths].Shape[0]);
        Assert.Equal(10, TextSample.Fitted(Wide, new int[20], [1, 2], 10).Tokens.Length);
    }
}
