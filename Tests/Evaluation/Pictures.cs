namespace NativeSsl.Tests.Evaluation;

/// <summary>Small pictures of a bar at a place that tells the class, in noise, and an encoder of two layers for them.</summary>
static class Pictures
{
    public static ImageSet Bars(int count, ulong seed, int classes = 4, int noise = 60)
    {
        byte[] pixels = new byte[count * 64];
        var random = new RandomSource(seed, 7);
        for (int i = 0; i < pixels.Length; i++)
        {
            int label = i / 64 % classes, row = i % 64 / 8;
            pixels[i] = (byte)((row / 2 == label ? 150 : 50) + random.NextInt(noise));
        }
        return new ImageSet("bars", new ImageSize(8, 8, 1), pixels, [.. Enumerable.Range(0, count).Select(i => i % classes)]);
    }

    public sealed class Encoder(IBackend backend, ulong seed, bool trained = true) : ImageEncoder
    {
        readonly Init _init = new(backend, seed, trained);
        Linear? _first, _second;

        Linear First => _first ??= new Linear(_init, 64, 16);
        Linear Second => _second ??= new Linear(_init, 16, 12);
        public List<bool> Trainings { get; } = [];
        public override int Features => 12;
        public override int Channels => 1;
        public override IBackend Backend => backend;
        public override IReadOnlyList<Part> Parts => [new("first", First), new("second", Second)];

        public override Tensor Forward(Tensor images)
        {
            Trainings.Add(Step.Current!.Training);
            return Second.Forward(First.Forward(images.Reshape([images.Shape[0], 64])).Relu()).Relu();
        }
    }
}
