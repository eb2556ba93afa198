using static NativeSsl.Tests.Objectives.Images.SmallImages;

namespace NativeSsl.Tests.Objectives.Images;

public sealed class SimClrTests
{
    static SimClr New(float temperature = 0.5f, ulong seed = 3)
    {
        var init = new Init(Cpu, seed);
        return new SimClr(new OneLayer(init), new MlpHead(init, Width, Width, Dimensions), temperature);
    }

    // Algorithm 1, line for line: z₂ₖ₋₁ and z₂ₖ are the two views of image k. Here rows k and k + N.
    static double AlgorithmBox(double[][] z, double temperature, bool withSelf = false)
    {
        int n = z.Length / 2;
        double[][] s = [.. z.Select(a => z.Select(b => Dot(a, b) / (Length(a) * Length(b))).ToArray())];
        double sum = 0;
        for (int k = 0; k < n; k++) sum += Ell(k, k + n) + Ell(k + n, k);
        return sum / (2 * n);

        double Ell(int i, int j)
        {
            double others = 0;
            for (int k = 0; k < 2 * n; k++) if (k != i || withSelf) others += Math.Exp(s[i][k] / temperature);
            return -Math.Log(Math.Exp(s[i][j] / temperature) / others);
        }
        static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        static double Length(double[] a) => Math.Sqrt(Dot(a, a));
    }

    public static TheoryData<int, int, float> Sizes => new() { { 2, 3, 0.5f }, { 3, 5, 0.1f }, { 5, 33, 1f }, { 17, 8, 0.07f } };

    [Theory, MemberData(nameof(Sizes))]
    public void The_loss_and_its_gradient_are_those_of_the_algorithm_box(int images, int width, float temperature)
    {
        var spec = new OpSpec("nt-xent", [[2 * images, width]], x => SimClr.NtXent(x[0], temperature),
            x => [AlgorithmBox([.. x[0].Chunk(width)], temperature)]) { Tolerance = 4e-6, GradientTolerance = 2e-5 };
        foreach (IBackend backend in Devices.All) spec.Check(backend);
    }

    [Fact]
    public void An_image_is_not_compared_with_itself()
    {
        float[] z = Random(12 * 5, 1);
        double[][] rows = [.. z.Select(value => (double)value).Chunk(5)];
        double ours = SimClr.NtXent(Tensor.From(Cpu, [12, 5], z), 0.5f).Item();
        Assert.Equal(AlgorithmBox(rows, 0.5), ours, 1e-5);
        Assert.True(AlgorithmBox(rows, 0.5, withSelf: true) > ours + 0.2, "with itself among the others, an image could hardly do better");
    }

    [Fact]
    public void Lengths_the_order_of_images_and_the_order_of_views_make_no_difference()
    {
        float[][] z = [.. Random(8 * 5, 2).Chunk(5)];
        float Loss(IEnumerable<float[]> rows) => SimClr.NtXent(Tensor.From(Cpu, [8, 5], [.. rows.SelectMany(row => row)]), 0.3f).Item();
        float loss = Loss(z);
        Assert.Equal(loss, Loss(z.Select((row, i) => row.Select(value => value * (i + 1)).ToArray())), 1e-5f);
        Assert.Equal(loss, Loss(new[] { 2, 0, 3, 1, 6, 4, 7, 5 }.Select(i => z[i])), 1e-5f);
        Assert.Equal(loss, Loss(z[4..].Concat(z[..4])), 1e-5f);
        Assert.NotEqual(loss, Loss(new[] { 1, 0, 2, 3, 4, 5, 6, 7 }.Select(i => z[i])), 1e-3f);      // but whose view it is does
    }

    [Fact]
    public void The_lower_the_temperature_the_more_only_the_nearest_other_counts()
    {
        float[] z = Random(12 * 5, 1);
        double Loss(float temperature) => SimClr.NtXent(Tensor.From(Cpu, [12, 5], z), temperature).Item();
        double[][] unit = [.. z.Chunk(5).Select(row => row.Select(value => value / Math.Sqrt(row.Sum(v => (double)v * v))).ToArray())];
        double Similarity(int i, int j) => unit[i].Zip(unit[j], (a, b) => a * b).Sum();
        double nearest = Enumerable.Range(0, 12).Average(i =>
            Enumerable.Range(0, 12).Where(k => k != i).Max(k => Similarity(i, k)) - Similarity(i, (i + 6) % 12));
        Assert.Equal(nearest, 0.001 * Loss(0.001f), 0.002);
        Assert.Equal(Math.Log(11), Loss(1000f), 1e-3);
        foreach (float temperature in new[] { 0f, -1f, float.NaN })
        {
            Assert.Contains("temperature", Assert.Throws<NativeSslException>(() => New(temperature)).Message, StringComparison.Ordinal);
            Assert.Throws<NativeSslException>(() => SimClr.NtXent(Tensor.Full(Cpu, [4, 2], 1f), temperature));
        }
    }

    [Fact]
    public void Chance_is_what_equal_embeddings_show()
    {
        Assert.Equal(Math.Log(31), SimClr.NtXent(Tensor.Full(Cpu, [32, 7], 0.3f), 0.1f).Item(), 1e-5);
        SimClr objective = New();
        Assert.Null(objective.ChanceLoss);
        objective.Loss(new Pictures(batch: 6).Draw(0));
        Assert.Equal(Math.Log(11), objective.ChanceLoss!.Value, 1e-12);
        Assert.Equal(["features", "projections"], objective.Embeddings.Select(entry => entry.Name));
        Assert.Equal([[12, Width], [12, Dimensions]], objective.Embeddings.Select(entry => entry.Rows.Shape));
    }

    [Fact]
    public void Ten_losses_are_what_they_have_always_been()
    {
        Trainer trainer = Train(New());
        double[] losses = [.. Enumerable.Range(0, 10).Select(_ => trainer.Step().Loss)];
        double[] expected = [3.19131, 2.96855, 3.09123, 3.07195, 2.97888, 3.07932, 3.01948, 2.75791, 2.82685, 2.76343];
        Assert.True(expected.Zip(losses, (a, b) => Math.Abs(a - b)).Max() < 2e-4, string.Join(", ", losses.Select(loss => FormattableString.Invariant($"{loss:F5}"))));
    }

    [Fact]
    public void It_learns_to_tell_pictures_apart_and_the_encoder_is_what_is_kept()
    {
        SimClr objective = New();
        Trainer trainer = Train(objective);
        double first = trainer.Step().Loss, last = 0;
        for (int step = 1; step < 400; step++) last = trainer.Step().Loss;
        // Of 31 others, one is the partner, and two more show the same pattern: that is where the loss of a perfect model stops.
        Assert.True(last < first - 0.5 && last < Math.Log(31) - 0.8, $"from {first:F3} to {last:F3}");
        Assert.Same(objective.Parts[0].Module, objective.Encoder);
    }

    [Fact]
    public void Views_that_do_not_fit_are_refused()
    {
        SimClr objective = New();
        Tensor view = new Pictures().Draw(0).Tensors[0];
        Assert.Contains("1 views", Assert.Throws<ShapeException>(() => objective.Loss(new Views { Tensors = [view] })).Message, StringComparison.Ordinal);
        Assert.Contains("Concat", Assert.Throws<ShapeException>(() => objective.Loss(new Views { Tensors = [view, view.Reshape([8, 4, 8, 1])] })).Message, StringComparison.Ordinal);
        Assert.Contains("another one", Assert.Throws<ShapeException>(() => objective.Loss(new Pictures(batch: 1).Draw(0))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => SimClr.NtXent(Tensor.Full(Cpu, [5, 2], 1f), 0.5f));
    }

    static float[] Random(int count, ulong stream)
    {
        var random = new RandomSource(4, stream);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }
}
