namespace NativeSsl.Tests.Evaluation;

public sealed class FeaturesTests
{
    internal static readonly Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> Plain = (backend, images, places) =>
    {
        byte[] bytes = new byte[places.Length * images.Size.Bytes];
        images.Read(places.Span, bytes);
        return Tensor.From(backend, [places.Length, images.Size.Height, images.Size.Width, images.Size.Channels],
            [.. bytes.Select(b => b / 255f)]);
    };

    static readonly ImageSet Images =
        new("seven", new ImageSize(2, 3, 1), Enumerable.Range(0, 42).Select(i => (byte)(6 * i)).ToArray(), [0, 1, 2, 0, 1, 2, 0]);

    sealed class Encoder : ImageEncoder
    {
        public List<(bool Training, bool Recording, Step? Step)> Seen { get; } = [];
        public override int Features => 1;
        public override int Channels => 1;
        public override IBackend Backend => Table.Cpu;
        public override IReadOnlyList<Part> Parts => [];

        public override Tensor Forward(Tensor images)
        {
            Seen.Add((Step.Current!.Training, Tape.IsRecording, Step.Current));
            return images.Reshape([images.Shape[0], 6]).Sum(1, keepAxis: true);
        }
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(7), InlineData(100)]
    public void Rows_come_in_order_whatever_the_batch(int batch)
    {
        FeatureSet set = Features.Of("raw", Table.Cpu, x => x, Images, Split.Train, Plain, batch);
        Assert.Equal([7, 6], set.Values.Shape.ToArray());
        Assert.Equal(Enumerable.Range(0, 42).Select(i => (byte)(6 * i) / 255f), set.Values.ToArray());
        Assert.Equal(Images.Labels!, set.Labels.ToArray());
        Assert.Equal(3, set.Classes);
    }

    [Fact]
    public void An_encoder_is_asked_in_evaluation_mode_without_a_tape_in_one_step_a_batch()
    {
        var encoder = new Encoder();
        FeatureSet set = Features.Of(encoder, Images, Split.Test, Plain, batch: 3);
        Assert.Equal(3, encoder.Seen.Count);
        Assert.Equal(3, encoder.Seen.Select(seen => seen.Step).Distinct().Count());
        Assert.All(encoder.Seen, seen => Assert.False(seen.Training || seen.Recording));
        Assert.Equal(7L, set.Cost.SamplesSeen);
        Assert.True(set.Cost.Seconds > 0);
        Assert.Equal([1f / 255 * (0 + 6 + 12 + 18 + 24 + 30)], set.Values.ToArray()[..1], (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Says_what_they_took()
    {
        Tensor weight = Tensor.Full(Table.Cpu, [6, 2], 0.5f);
        FeatureSet set = Features.Of("products", Table.Cpu, x => x.Reshape([x.Shape[0], 6]).MatMul(weight), Images, Split.Train, Plain, batch: 3);
        Assert.Equal(2.0 * 7 * 6 * 2, set.Cost.Flops);
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Throws<ShapeException>(() => Features.Of("sum", Table.Cpu, x => x.Sum(), Images, Split.Train, Plain));
        Assert.Throws<ShapeException>(() => Features.Of("few", Table.Cpu, x => x.Slice(0, 0, 1), Images, Split.Train, Plain));
        Assert.Contains("diverged", Assert.Throws<NativeSslException>(() =>
            Features.Of("NaN", Table.Cpu, x => x.Subtract(1f).Log(), Images, Split.Train, Plain)).Message);
        Assert.Throws<NativeSslException>(() =>
            Features.Of("none", Table.Cpu, x => x, new ImageSet("none", new(2, 3, 1), default), Split.Train, Plain));
        Assert.Throws<NativeSslException>(() => Features.Of("none", Table.Cpu, x => x, Images, Split.Train, Plain, batch: 0));
        Assert.Throws<ShapeException>(() => new FeatureSet("few", Split.Train, Table.Normal(1, 3, 2), [0, 1], 2));
        Assert.Throws<ShapeException>(() => new FeatureSet("high", Split.Train, Table.Normal(1, 2, 2), [0, 2], 2));
        Assert.Throws<ShapeException>(() => new FeatureSet("cube", Split.Train, Table.Normal(1, 2, 2, 2)));
        Assert.Throws<ShapeException>(() => Table.Clouds(4, 2, 2, 1).Accuracy([0, 1]));
        Assert.Throws<IndexException>(() => Table.Clouds(4, 2, 2, 1).Take([4]));
    }

    [Fact]
    public void Taken_rows_keep_their_labels()
    {
        FeatureSet set = Table.Clouds(9, 2, 3, 1), taken = set.Take([5, 0, 5]);
        Assert.Equal([2, 0, 2], taken.Labels.ToArray());
        Assert.Equal(Table.Rows(set.Values)[5], Table.Rows(taken.Values)[2]);
    }
}
