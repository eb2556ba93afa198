using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

public sealed class MaskedWordsTests : IDisposable
{
    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    // From the features of the encoder to the loss, word by word, in doubles.
    static double Textbook(double[][] features, MaskedWords objective, Views views)
    {
        double[][] Rows(Tensor t) => [.. t.ToArray().Select(v => (double)v).Chunk(t.Shape[-1])];
        Dictionary<string, Tensor> head = objective.Head.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        double[][] w = Rows(head["dense.weight"]), table = Rows(objective.Encoder.Table);
        (double[] c, double[] gain, double[] shift, double[] b) = (Rows(head["dense.bias"])[0], Rows(head["norm.weight"])[0], Rows(head["norm.bias"])[0], Rows(head["bias"])[0]);
        (int[] places, int[] targets) = (views.Indices[MaskedViews.Places].Values.ToArray(), views.Indices[MaskedViews.Targets].Values.ToArray());
        double sum = 0;
        for (int m = 0; m < places.Length; m++)
        {
            double[] g = [.. w.Select((row, i) => Dot(row, features[places[m]]) + c[i]).Select(x => x * 0.5 * (1 + Erf(x / Math.Sqrt(2))))];
            double mean = g.Average(), deviation = Math.Sqrt(g.Average(x => (x - mean) * (x - mean)) + 1e-12);
            double[] n = [.. g.Select((x, i) => (x - mean) / deviation * gain[i] + shift[i])];
            double[] logits = [.. table.Select((row, v) => Dot(row, n) + b[v])];
            sum += Math.Log(logits.Sum(Math.Exp)) - logits[targets[m]];
        }
        return sum / places.Length;
    }

    static double Erf(double x)                                            // its Taylor series, exact for the small values here
    {
        (double sum, double term) = (0, x);
        for (int n = 0; n < 200; n++)
        {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    [Fact]
    public void The_loss_is_that_of_the_covered_words_alone_through_head_and_tied_table()
    {
        MaskedWords objective = MaskedWords();
        var random = new RandomSource(4, 4);                               // biases and gains that are not zero or one, so that each of them counts
        foreach ((_, Tensor tensor) in objective.Head.NamedTensors())
            tensor.Storage.CopyFrom([.. tensor.ToArray().Select(v => v + 0.3f * random.NextNormal())]);
        Views views = new SentencePairs(Cpu, Lawful(), Marks, Options).Draw(0);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor h = objective.Encoder.Features(views.Indices[0], views.Indices[1], views.Indices[2]);
        double[][] features = [.. h.ToArray().Select(v => (double)v).Chunk(16)];
        Assert.Equal(Textbook(features, objective, views), objective.Loss(views).Item(), 1e-5);
        Assert.InRange(objective.Loss(views).Item(), 0.01, 10);
    }

    [Fact]
    public void What_stands_behind_the_end_or_belongs_to_another_sample_changes_nothing()
    {
        MaskedWords objective = MaskedWords();
        Views views = new FullSentences(Cpu, Random(3, 9, 3, 9, distinct: false), Marks, Options).Draw(0);
        Indices tokens = views.Indices[MaskedViews.Tokens], lengths = views.Indices[MaskedViews.Lengths];
        int[] other = tokens.Values.ToArray();
        for (int i = 0; i < other.Length; i++)
            if (i % tokens.Shape[1] >= lengths.Values.Span[i / tokens.Shape[1]]) other[i] = 7;
        Assert.NotEqual(tokens.Values.ToArray(), other);
        Views changed = views with { Indices = [Indices.From(Cpu, tokens.Shape, other), .. views.Indices.Skip(1)] };
        Assert.Equal(objective.Loss(views).Item(), objective.Loss(changed).Item(), 1e-6);
    }

    [Fact]
    public void Untrained_it_knows_nothing()
    {
        MaskedWords objective = MaskedWords();
        Assert.Equal(Math.Log(Words + 4), objective.ChanceLoss!.Value, 1e-12);
        Assert.Equal(objective.ChanceLoss.Value, objective.MeanLoss(Cpu, new FullSentences(Cpu, Lawful(), Marks, Options)), 0.05);
    }

    [Fact]
    public void Ten_losses_of_BERTs_masks_are_what_they_have_always_been() => AssertLosses(
        [3.51117, 3.51621, 3.52576, 3.52884, 3.50178, 3.51448, 3.43576, 3.48251, 3.43313, 3.37520],
        Train(MaskedWords(), new SentencePairs(Cpu, Lawful(), Marks, Options), steps: 40));

    [Fact]
    public void Ten_losses_of_RoBERTas_masks_are_what_they_have_always_been() => AssertLosses(
        [3.51515, 3.50111, 3.55565, 3.48839, 3.49230, 3.48654, 3.41465, 3.50911, 3.58359, 3.56081],
        Train(MaskedWords(), new FullSentences(Cpu, Lawful(), Marks, Options), steps: 40));

    [Fact]
    public void It_learns_a_law_and_without_covering_there_would_be_nothing_to_learn()
    {
        MaskedWords objective = MaskedWords(dropout: 0), seeing = MaskedWords(dropout: 0);
        var views = new FullSentences(Cpu, Lawful(), Marks, Options);
        var bare = new FullSentences(Cpu, Lawful(), Marks, Options with { Masking = new Masking { Keep = 1, Random = 0 } });
        Trainer trainer = Train(objective, views, steps: 1500), trivial = Train(seeing, bare, steps: 1500);
        for (int i = 0; i < 1500; i++) { trainer.Step(); trivial.Step(); }
        double learned = objective.MeanLoss(Cpu, views), shown = seeing.MeanLoss(Cpu, bare);
        Assert.True(learned < 0.75 * Math.Log(Words), $"it learned {learned:F3}");
        Assert.True(shown < 0.1 && shown < learned / 5, $"with the words in sight {shown:F3}, covered {learned:F3}");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Interrupted_and_resumed_is_uninterrupted(bool pairs)
    {
        Trainer New() => Train(MaskedWords(), pairs ? new SentencePairs(Cpu, Lawful(), Marks, Options) : new FullSentences(Cpu, Lawful(), Marks, Options), steps: 12);
        using (RunDirectory run = RunDirectory.Create(_scratch.File("whole"), new TextRecipe())) Assert.True(New().Run(run));
        using (RunDirectory run = RunDirectory.Create(_scratch.File("parts"), new TextRecipe()))
        {
            using var stop = new CancellationTokenSource();
            Assert.False(New().Run(run, new SmallRun.Reports(report => { if (report.Step == 7) stop.Cancel(); }), stop.Token));
        }
        using (RunDirectory run = RunDirectory.Open(_scratch.File("parts")))
        {
            Trainer trainer = New();
            trainer.Load(RunDirectory.Latest(_scratch.File("parts"))!.Path);
            Assert.True(trainer.Run(run));
        }
        Assert.Equal(SmallRun.Hash(_scratch.File("whole")).Split('\n').Where(line => !line.StartsWith("step 10", StringComparison.Ordinal)),
            SmallRun.Hash(_scratch.File("parts")).Split('\n').Where(line => !line.StartsWith("step 10", StringComparison.Ordinal)));
    }
}
