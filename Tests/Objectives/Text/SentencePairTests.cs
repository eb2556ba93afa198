using FsCheck.Xunit;
using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

public sealed class SentencePairTests
{
    static SentencePairObjective New(bool order = false, float dropout = 0.1f)
    {
        var init = new Init(Cpu, 3);
        Bert encoder = Encoder(init, dropout);
        var head = new MaskedHead(init, 16, Marks.Vocabulary);
        return order ? new SentenceOrder(encoder, head, init) : new NextSentence(encoder, head, init);
    }

    // Documents of two kinds of words: a text from another document is to be told by its words.
    static DocumentSet TwoKinds()
    {
        var random = new RandomSource(6, 6);
        return Documents([.. Enumerable.Range(0, 12).Select(d => Enumerable.Range(0, 8).Select(_ =>
            Enumerable.Range(0, 4).Select(_ => random.NextInt(Words / 2) + d % 2 * (Words / 2)).ToArray()).ToArray())]);
    }

    static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    [Theory, InlineData(false), InlineData(true)]
    public void The_loss_is_that_of_words_and_that_of_answers_from_the_first_token(bool order)
    {
        SentencePairObjective objective = New(order);
        var random = new RandomSource(4, 4);                               // weights that are not small, and biases that are not zero
        foreach ((string name, Tensor tensor) in objective.NamedTensors())
            if (name.StartsWith("pooler", StringComparison.Ordinal) || name.StartsWith("answer", StringComparison.Ordinal))
                tensor.Storage.CopyFrom([.. tensor.ToArray().Select(v => v + 0.5f * random.NextNormal())]);
        Views views = new SentencePairs(Cpu, TwoKinds(), Marks, Options, order ? PairTask.Order : PairTask.Next).Draw(0);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor h = objective.Encoder.Features(views.Indices[0], views.Indices[1], views.Indices[2]);
        double[][] rows = [.. h.ToArray().Select(v => (double)v).Chunk(16)];
        Dictionary<string, double[]> w = objective.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray().Select(v => (double)v).ToArray());
        double sum = 0;
        for (int i = 0; i < 8; i++)
        {
            double[] first = rows[i * h.Shape[1]];
            double[] pooled = [.. w["pooler.dense.weight"].Chunk(16).Select((row, k) => Math.Tanh(Dot(row, first) + w["pooler.dense.bias"][k]))];
            double[] logits = [.. w["answer.weight"].Chunk(16).Select((row, k) => Dot(row, pooled) + w["answer.bias"][k])];
            sum += Math.Log(logits.Sum(Math.Exp)) - logits[views.Indices[MaskedViews.Labels].Values.Span[i]];
        }
        double words = new MaskedWords(objective.Encoder, objective.Head).Loss(views).Item();
        Assert.Equal(words + sum / 8, objective.Loss(views).Item(), 1e-5);
        Assert.Equal([("words", words), ("pairs", sum / 8)], objective.LossParts.Select(part => (part.Name, Math.Round(part.Value.Item(), 12))), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-5);
    }

    [Fact]
    public void Chance_is_that_of_words_and_of_a_coin()
    {
        SentencePairObjective objective = New();
        var pairs = new SentencePairs(Cpu, TwoKinds(), Marks, Options);
        Assert.Equal(Math.Log(Words + 4) + Math.Log(2), objective.ChanceLoss!.Value, 1e-12);
        Assert.Equal(objective.ChanceLoss.Value, objective.MeanLoss(Cpu, pairs), 0.06);
        objective.Loss(pairs.Draw(0));
        Assert.Equal(Math.Log(2), objective.LossParts[1].Value.Item(), 0.03);
    }

    [Fact]
    public void Ten_losses_of_next_sentence_are_what_they_have_always_been() => AssertLosses(
        [4.21789, 4.20877, 4.17895, 4.18150, 4.17509, 4.16286, 4.18242, 3.90944, 3.95431, 3.79469],
        Train(New(), new SentencePairs(Cpu, TwoKinds(), Marks, Options), steps: 40));

    [Fact]
    public void Ten_losses_of_sentence_order_are_what_they_have_always_been() => AssertLosses(
        [4.24867, 4.21584, 4.20845, 4.19855, 4.20000, 4.23150, 4.25321, 4.15568, 4.22521, 4.16774],
        Train(New(order: true), new SentencePairs(Cpu, TwoKinds(), Marks, Options, PairTask.Order), steps: 40));

    [Fact]
    public void It_learns_which_texts_belong_together_and_shared_words_learn_it_too()
    {
        var objective = (NextSentence)New(dropout: 0);
        var pairs = new SentencePairs(Cpu, TwoKinds(), Marks, Options, duplicates: 2);
        Trainer trainer = Train(objective, pairs, steps: 2000, learningRate: 4e-3);
        double before = objective.Accuracy(pairs);
        for (int i = 0; i < 2000; i++) trainer.Step();
        double after = objective.Accuracy(pairs);
        // Of texts from another document half are of the same kind of words: three quarters can be told, and a little by heart.
        Assert.True(after > 0.7 && after > before + 0.1, $"from {before:F3} to {after:F3}");
        double Mean(int shift) => Enumerable.Range(0, 12).Average(i => objective.Together([i, i + 1, i + 3, i + 2], [.. new[] { 14 - i, 12 - i, 13 - i, 13 - i }.Select(word => word + shift)], Marks));
        Assert.True(Mean(0) > Mean(Words / 2) + 0.2, $"one kind of words {Mean(0):F3}, two {Mean(Words / 2):F3}");
        Assert.InRange(new WordOverlap(pairs).Accuracy(pairs), 0.55, 0.95);
    }

    [Fact]
    public void Right_answers_are_counted_pair_by_pair_with_no_word_covered()
    {
        SentencePairObjective objective = New(dropout: 0.1f);
        var pairs = new SentencePairs(Cpu, TwoKinds(), Marks, Options, duplicates: 3);
        // A bias that makes both answers come up.
        double[] first = [.. Enumerable.Range(0, pairs.Count).Select(i => objective.Probabilities([pairs.Sample(i)], Marks)[0])];
        double middle = first.Order().ElementAt(pairs.Count / 3);
        objective.Answer.Bias!.Storage.CopyFrom([(float)Math.Log((1 - middle) / middle), 0f]);
        double right = Enumerable.Range(0, pairs.Count).Count(i => first[i] > middle == (pairs.Sample(i).Label == 0)) / (double)pairs.Count;
        Assert.Equal(right, objective.Accuracy(pairs), 1.5 / pairs.Count);
        int negatives = Enumerable.Range(0, pairs.Count).Count(i => pairs.Sample(i).Label == 1);
        Assert.NotEqual((pairs.Count - negatives) / (double)pairs.Count, right, 0.02);
        Assert.Equal(Math.Max(negatives, pairs.Count - negatives) / (double)pairs.Count, SentencePairObjective.OneAnswer(pairs), 1e-12);
        Assert.NotEqual(0.5, SentencePairObjective.OneAnswer(pairs), 1e-3);
    }

    [Fact]
    public void The_parts_of_the_loss_are_in_the_diary()
    {
        using Scratch scratch = new();
        using RunDirectory run = RunDirectory.Create(scratch.File("run"), new TextRecipe());
        Train(New(), new SentencePairs(Cpu, TwoKinds(), Marks, Options), steps: 10).Run(run);
        IReadOnlyDictionary<string, double> first = MetricsLog.Read(run.MetricsPath)[0].Values;
        Assert.Equal(first["loss"], first["wordsLoss"] + first["pairsLoss"], 1e-5);
    }

    // All orders, one after the other.
    static double BestOfAll(double[,] p, List<int> order, int k)
    {
        if (order.Count == k) return Score(p, order);
        return Enumerable.Range(0, k).Where(i => !order.Contains(i)).Max(i => BestOfAll(p, [.. order, i], k));
    }

    static double Score(double[,] p, IReadOnlyList<int> order)
    {
        double sum = 0;
        for (int i = 0; i < order.Count; i++)
            for (int j = i + 1; j < order.Count; j++) sum += Math.Log((p[order[i], order[j]] + 1 - p[order[j], order[i]]) / 2);
        return sum;
    }

    [Property(MaxTest = 60)]
    public bool The_best_order_is_the_best_of_all(ulong seed)
    {
        var random = new RandomSource(seed, 1);
        int k = 1 + random.NextInt(6);
        double[,] p = new double[k, k];
        for (int i = 0; i < k; i++) for (int j = 0; j < k; j++) p[i, j] = random.NextDouble();
        int[] order = SentenceOrder.Best(p);
        return order.Order().SequenceEqual(Enumerable.Range(0, k)) && Math.Abs(Score(p, order) - BestOfAll(p, [], k)) < 1e-9;
    }

    [Fact]
    public void Sentences_that_are_known_to_follow_each_other_come_in_their_order()
    {
        int[] hidden = [3, 0, 4, 1, 2, 9, 7, 5, 8, 6];
        double[,] p = new double[10, 10];
        for (int i = 0; i < 10; i++) for (int j = 0; j < 10; j++) p[i, j] = Array.IndexOf(hidden, i) < Array.IndexOf(hidden, j) ? 0.8 : 0.1;
        Assert.Equal(hidden, SentenceOrder.Best(p));
        Assert.Throws<ShapeException>(() => SentenceOrder.Best(new double[17, 17]));
        Assert.Throws<ShapeException>(() => SentenceOrder.Best(new double[0, 0]));
        Assert.Throws<ShapeException>(() => SentenceOrder.Best(new double[2, 3]));
        Assert.Throws<ShapeException>(() => ((SentenceOrder)New(order: true)).Order([.. Enumerable.Range(0, 17).Select(i => new[] { i })], Marks));
    }

    // Nine sentences of two words; those of sentence s are two of its own three, so words rise through a text. There are 9⁹ such texts: none is known by heart.
    static int[][] Rising(RandomSource random) => [.. Enumerable.Range(0, 9).Select(s => new[] { 3 * s + random.NextInt(3), 3 * s + random.NextInt(3) })];

    [Fact]
    public void New_texts_are_put_in_order_after_right_answers_and_not_after_those_of_a_coin()
    {
        (double learned, double tossed) = (InOrder(coins: false), InOrder(coins: true));
        Assert.True(learned > 0.9 && tossed < 0.75, $"pairs of sentences in their order: {learned:F3} after right answers, {tossed:F3} after those of a coin");
    }

    // Of five sentences that follow each other in texts never seen, shuffled: the share of pairs that come out in their order; by chance one half.
    static double InOrder(bool coins)
    {
        var random = new RandomSource(9, 9);
        var objective = (SentenceOrder)New(order: true, dropout: 0);
        var pairs = new SentencePairs(Cpu, Documents([.. Enumerable.Range(0, 60).Select(_ => Rising(random))]), Marks, Options, PairTask.Order, shortShare: 0.5);
        Trainer trainer = Train(objective, coins ? new Coins(pairs) : pairs, steps: 1500, learningRate: 4e-3);
        for (int i = 0; i < 1500; i++) trainer.Step();
        return Enumerable.Range(0, 40).Average(_ =>
        {
            int first = random.NextInt(5);
            int[] shuffled = [.. Enumerable.Range(0, 5).OrderBy(_ => random.NextDouble())];
            int[][] text = Rising(random);
            int[] order = [.. objective.Order([.. shuffled.Select(place => text[first + place])], Marks).Select(given => shuffled[given])];
            return Enumerable.Range(0, 5).SelectMany(i => Enumerable.Range(i + 1, 4 - i).Select(j => order[i] < order[j] ? 1.0 : 0.0)).Average();
        });
    }

    // The same samples with answers that have nothing to do with them: what a broken objective would learn from.
    sealed class Coins(IViewSource pairs) : IViewSource
    {
        public long? DrawsPerEpoch => pairs.DrawsPerEpoch;

        public IEnumerable<Views> Everything() => pairs.Everything();

        public Views Draw(long draw)
        {
            Views views = pairs.Draw(draw);
            var random = new RandomSource((ulong)draw, 10);
            Indices labels = views.Indices[MaskedViews.Labels];
            return views with { Indices = [.. views.Indices.Take(MaskedViews.Labels), Indices.From(Cpu, labels.Shape, [.. labels.Values.ToArray().Select(_ => random.NextInt(2))])] };
        }
    }

    [Fact]
    public void Gaps_are_filled_with_words_by_their_probability()
    {
        MaskedWords objective = MaskedWords();
        Guess[] guesses = objective.Head.Fill(objective.Encoder, Marks, [[1, 10], [4, 1]], top: Words).Single();
        using (Tape.NoGradient())
        {
            Tensor h = objective.Encoder.Features(Indices.From(Cpu, [1, 7], Marks.Begin, 1, 10, Marks.Mask, 4, 1, Marks.Separator));
            double[] odds = [.. objective.Head.Logits(h.Slice(1, 3, 1), objective.Encoder.Table).ToArray().Take(Words).Select(logit => Math.Exp(logit))];
            Assert.Equal(Enumerable.Range(0, Words).OrderByDescending(word => odds[word]), guesses.Select(guess => guess.Token));
            Assert.All(guesses, guess => Assert.Equal(odds[guess.Token] / odds.Sum(), guess.Probability, 1e-6));
        }
        Assert.Equal(2, objective.Head.Fill(objective.Encoder, Marks, [[], [4], []], top: 1).Length);
        Assert.Throws<ShapeException>(() => objective.Head.Fill(objective.Encoder, Marks, [[4]], top: 1));
        Assert.Throws<ShapeException>(() => objective.Head.Fill(objective.Encoder, Marks, [[4], new int[20]], top: 1));
    }
}
