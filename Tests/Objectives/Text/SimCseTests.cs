using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

public sealed class SimCseTests
{
    static SimCse New(float dropout = 0.1f, bool same = false, TextPooling pooling = TextPooling.FirstToken, float temperature = 0.05f)
    {
        var init = new Init(Cpu, 3);
        return new SimCse(Encoder(init, dropout), init, new SimCseOptions { SameDropout = same, Pooling = pooling, Temperature = temperature });
    }

    static SentenceViews Sentences(int batch = 6) => SentenceViews.Of(Cpu, Random(7, 10, 8, 9, distinct: false), Marks, 10, batch, seed: 5);

    // Equations 4 and 5, line for line; z⁻ may be empty.
    static double Equation(double[][] z, double[][] positive, double[][] negative, double temperature)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
        {
            double others = 0;
            for (int j = 0; j < z.Length; j++)
            {
                others += Math.Exp(Cosine(z[i], positive[j]) / temperature);
                if (negative.Length > 0) others += Math.Exp(Cosine(z[i], negative[j]) / temperature);
            }
            sum -= Math.Log(Math.Exp(Cosine(z[i], positive[i]) / temperature) / others);
        }
        return sum / z.Length;

        static double Cosine(double[] a, double[] b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
        static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
    }

    [Theory, InlineData(2, 3, 0.5f), InlineData(5, 33, 0.05f), InlineData(17, 8, 0.1f)]
    public void The_loss_and_its_gradient_are_those_of_both_equations(int n, int width, float temperature)
    {
        var four = new OpSpec("equation 4", [[n, width], [n, width]], x => SimCse.InBatch(x[0], x[1], temperature),
            x => [Equation([.. x[0].Chunk(width)], [.. x[1].Chunk(width)], [], temperature)]) { Tolerance = 1e-5, GradientTolerance = 4e-5 };
        var five = new OpSpec("equation 5", [[n, width], [2 * n, width]], x => SimCse.InBatch(x[0], x[1], temperature),
            x => [Equation([.. x[0].Chunk(width)], [.. x[1].Chunk(width).Take(n)], [.. x[1].Chunk(width).Skip(n)], temperature)]) { Tolerance = 1e-5, GradientTolerance = 4e-5 };
        foreach (IBackend backend in Devices.All) { four.Check(backend); five.Check(backend); }
    }

    [Fact]
    public void The_two_readings_have_other_masks_and_the_ablations_have_not()
    {
        Views views = Sentences().Draw(0);
        (double Cosine, double Alignment) Readings(SimCse objective)
        {
            using var step = new Step(Cpu, training: true, seed: 5, number: 1);
            objective.Loss(views);
            Tensor z = objective.Embeddings[1].Rows.Normalize();
            (Tensor a, Tensor b) = (z.Slice(0, 0, 6), z.Slice(0, 6, 6));
            return ((a * b).Sum(-1).Mean().Item(), Alignment.Of(a, b));
        }
        (double cosine, double alignment) = Readings(New());
        Assert.True(cosine < 0.999 && alignment > 1e-3, $"{cosine}, {alignment}");
        foreach (SimCse ablation in new[] { New(same: true), New(dropout: 0) })
        {
            (cosine, alignment) = Readings(ablation);
            Assert.Equal(1, cosine, 1e-6);
            Assert.Equal(0, alignment, 1e-10);
        }
    }

    [Fact]
    public void The_first_reading_is_that_of_the_sentences_and_the_loss_looks_through_a_layer_that_is_left_out_later()
    {
        SimCse objective = New(dropout: 0);
        Views views = Sentences().Draw(0);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        objective.Loss(views);
        float[] rows = objective.Rows(views.Indices[0], views.Indices[1], views.Indices[2]).ToArray();
        Assert.Equal(rows, objective.Embeddings[0].Rows.ToArray()[..rows.Length], (a, b) => Math.Abs(a - b) < 1e-5);
        float[] features = objective.Encoder.Features(views.Indices[0], views.Indices[1], views.Indices[2]).Slice(1, 0, 1).ToArray();
        Assert.Equal(features, rows);
        Dictionary<string, double[]> w = objective.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray().Select(v => (double)v).ToArray());
        double[] z = [.. w["head.weight"].Chunk(16).Select((row, k) => Math.Tanh(row.Zip(rows, (a, b) => a * b).Sum() + w["head.bias"][k]))];
        Assert.Equal(z, objective.Embeddings[1].Rows.ToArray().Take(16).Select(v => (double)v), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void The_mean_is_over_tokens_and_not_over_padding()
    {
        var random = new RandomSource(1, 9);
        float[] x = [.. Enumerable.Range(0, 2 * 5 * 3).Select(_ => random.NextNormal())];
        float[] pooled = TextPooling.Mean.Pool(Tensor.From(Cpu, [2, 5, 3], x), Indices.From(Cpu, [2], 5, 2)).ToArray();
        for (int i = 0; i < 2; i++)
            for (int f = 0; f < 3; f++)
            {
                int length = i == 0 ? 5 : 2;
                Assert.Equal(Enumerable.Range(0, length).Average(t => (double)x[i * 15 + t * 3 + f]), pooled[i * 3 + f], 1e-6);
            }
    }

    [Fact]
    public void Chance_is_what_equal_rows_show()
    {
        Assert.Equal(Math.Log(7), SimCse.InBatch(Tensor.Full(Cpu, [7, 4], 0.3f), Tensor.Full(Cpu, [7, 4], 0.2f), 0.05f).Item(), 1e-5);
        SimCse objective = New();
        Assert.Null(objective.ChanceLoss);
        objective.Loss(Sentences().Draw(0));
        Assert.Equal(Math.Log(6), objective.ChanceLoss!.Value, 1e-12);
        objective.Loss(Triples().Draw(0));
        Assert.Equal(Math.Log(8), objective.ChanceLoss!.Value, 1e-12);
    }

    static SentenceViews Triples(int sentences = 3) => new(Cpu, Marks, 12,
        index => [.. Enumerable.Range(0, sentences).Select(k => TextSample.Of(Marks, [index, (index + k) % Words, k]))], batch: 4, seed: 5);

    [Fact]
    public void Ten_losses_of_equation_4_are_what_they_have_always_been() => AssertLosses(
        [2.11063, 1.88450, 1.84266, 1.84683, 1.93497, 1.86422, 1.79318, 1.82758, 1.73921, 1.80015], Train(New(), Sentences(), steps: 40, learningRate: 3e-3));

    [Fact]
    public void Ten_losses_of_equation_5_are_what_they_have_always_been() => AssertLosses(
        [2.02545, 2.33269, 2.03791, 2.37967, 2.14540, 2.09098, 2.11445, 2.12030, 2.10708, 2.10486], Train(New(), Triples(), steps: 40, learningRate: 3e-3));

    [Fact]
    public void Every_sentence_once_an_epoch_cut_to_the_context()
    {
        DocumentSet text = Random(7, 5, 8, 20, distinct: true);
        SentenceViews views = SentenceViews.Of(Cpu, text, TextMarks.After(1000), 10, 4, seed: 5);
        Assert.Equal(text.SegmentCount, views.Count);
        Assert.Equal(views.Count / 4, views.DrawsPerEpoch);
        int[] firsts = [.. Enumerable.Range(0, views.Count / 4).SelectMany(draw => Enumerable.Range(0, 4).Select(row => Row(views.Draw(draw).Indices[0], row)[1]))];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.All(views.Everything(), view => Assert.InRange(view.Indices[0].Shape[1], 3, 10));
        Assert.Equal(views.Count - (views.Count % 4 == 1 ? 1 : 0), views.Everything().Sum(view => view.Terms));
        Assert.Throws<ShapeException>(() => SentenceViews.Of(Cpu, text, Marks, 2, 4, seed: 5));
        Assert.Throws<ShapeException>(() => SentenceViews.Of(Cpu, text, Marks, 10, 1, seed: 5));
        Assert.Throws<ShapeException>(() => SentenceViews.Of(Cpu, text, Marks, 10, 1000, seed: 5));
        Assert.Throws<NativeSslException>(() => views.Draw(-1));
    }

    static DocumentSet Lines(string text) => DocumentSet.All(TokenStore.InMemory(Documents.FromText(text).InFields().Passages(), Letters.Encode));

    static readonly CharacterTokenizer Letters = new("abcdefgh ");

    [Theory]
    [InlineData("ab\tbad\ncdefgh\td\n\ne\tfeed a dead\n")]
    [InlineData("ab\tbad\ta\ncdefgh\td\tcafe bag\n\ne\tfeed a dead\td")]
    public void The_sentences_of_a_line_are_a_sample_each_cut_to_the_context(string text)
    {
        var marks = TextMarks.Of(Letters);
        string[][] lines = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
        Views view = SentenceViews.Together(Cpu, Lines(text), marks, context: 6, batch: 3, seed: 5).Everything().Single();
        Assert.Equal(lines[0].Length * SentenceViews.PerSentence, view.Indices.Count);
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < lines[i].Length; k++)
            {
                int[] letters = Letters.Encode(lines[i][k]), expected = TextSample.Of(marks, letters.AsSpan(0, Math.Min(4, letters.Length))).Tokens;
                Assert.Equal(expected, Row(view.Indices[k * SentenceViews.PerSentence], i)[..expected.Length]);
                Assert.Equal(expected.Length, view.Indices[k * SentenceViews.PerSentence + 2].Values.Span[i]);
            }
    }

    [Fact]
    public void Lines_that_are_no_samples_are_refused()
    {
        Assert.Throws<ShapeException>(() => SentenceViews.Together(Cpu, Lines("ab\tbad\ncd\td"), TextMarks.Of(Letters), 2, 2, seed: 5));
        Assert.Throws<ShapeException>(() => SentenceViews.Together(Cpu, Lines("ab\tbad\ncd\td"), TextMarks.Of(Letters), 6, 3, seed: 5));
        // A document of other numbers of sentences, such as where the tokenizer knows nothing of one.
        DocumentSet uneven = DocumentSet.All(TokenStore.InMemory([new("a", 0, "ab"), new("a", 0, "b"), new("a", 1, "a"), new("a", 1, "")], Letters.Encode));
        Assert.Contains("document 1 has 1 sentences", Assert.Throws<ShapeException>(() => SentenceViews.Together(Cpu, uneven, Marks, 6, 2, seed: 5)).Message, StringComparison.Ordinal);
        DocumentSet mixed = DocumentSet.All(TokenStore.InMemory([.. Enumerable.Range(0, 5).Select(i => new Passage("a", i / 2 == 0 ? 0 : 1, "ab"))], Letters.Encode));
        Assert.Contains("document 1 has 3 sentences with tokens, the first has 2", Assert.Throws<ShapeException>(() => SentenceViews.Together(Cpu, mixed, Marks, 6, 2, seed: 5)).Message, StringComparison.Ordinal);
        DocumentSet four = DocumentSet.All(TokenStore.InMemory([.. Enumerable.Range(0, 8).Select(i => new Passage("a", i / 4, "ab"))], Letters.Encode));
        Assert.Contains("4 sentences", Assert.Throws<ShapeException>(() => SentenceViews.Together(Cpu, four, Marks, 6, 2, seed: 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<NativeSslException>(() => New(temperature: 0));
        Assert.Throws<ShapeException>(() => New().Loss(new Views()));
        Assert.Throws<ShapeException>(() => New().Loss(Triples(4).Draw(0)));
    }

    [Fact]
    public void With_dropout_sentences_spread_out()
    {
        SimCse objective = New();
        double Spread()
        {
            Views views = Sentences(batch: 16).Everything().First();
            using Tape.NoGradientScope scope = Tape.NoGradient();
            return Uniformity.Of(objective.Rows(views.Indices[0], views.Indices[1], views.Indices[2]).Normalize());
        }
        double before = Spread();
        Trainer trainer = Train(objective, Sentences(batch: 16), steps: 200, learningRate: 3e-3);
        double first = trainer.Step().Loss, last = 0;
        for (int i = 1; i < 200; i++) last = trainer.Step().Loss;
        Assert.True(last < first && Spread() < before - 0.2, $"loss {first:F3} to {last:F3}, uniformity {before:F3} to {Spread():F3}");
    }
}
