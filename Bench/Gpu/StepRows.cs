using NativeSsl.Bench.Commands;
using NativeSsl.Bench.Measure;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>Whole training steps, as a user's program takes them: forward, backward, optimizer; float32 but where a row says otherwise.</summary>
static class StepRows
{
    /// <summary>The row whose time the views' is a share of.</summary>
    public const string SimClr = "step of SimCLR, ResNet-18, 1024 views of 32 x 32, made beforehand";

    // So small that most of its time is asking for it.
    const string OfOneWindow = "step of a GPT 6 x 384, batch 1, context 256", OfShakespeare = "step of a GPT 6 x 384, batch 64, context 256";

    static readonly GptSize Shakespeare = GptSize.Shakespeare with { Batch = 64 }, OneWindow = GptSize.Shakespeare with { Batch = 1 };
    static readonly ContrastiveSize Images = ContrastiveSize.ResNet18 with { Images = 512 };

    const string InBFloat16 = "step of GPT-2 small, batch 8, context 1024, bf16";

    const string Views = "views for SimCLR, 1024 of 32 x 32";

    /// <summary>The rows.</summary>
    public static IEnumerable<GpuRow> All(bool small)
    {
        GptSize shakespeare = small ? GptSize.Tiny : Shakespeare, gpt2 = GptSize.Gpt2 with { Batch = 8, Vocabulary = 50304 };
        yield return Gpt(small ? "step of a tiny GPT" : OfShakespeare, shakespeare, 0.5);
        if (small) yield return Gpt("step of a tiny GPT, replayed", shakespeare, 0.5, replays: true);
        else
        {
            yield return Gpt("step of a GPT 6 x 384, batch 64, context 256, theirs by torch.compile", shakespeare, 1.1);
            yield return Gpt(OfOneWindow, OneWindow, 1);
            yield return Gpt("step of GPT-2 small, batch 8, context 1024, fp32", gpt2, 1.7);
            yield return Gpt(InBFloat16, gpt2, 1.7).With(MatMulPrecision.BFloat16);
            yield return Gpt($"{InBFloat16}, activations in fp32", gpt2, 1.7).With(MatMulPrecision.BFloat16, stores: false) with { Theirs = InBFloat16 };
        }
        ContrastiveSize images = small ? ContrastiveSize.Tiny : Images;
        yield return Pairs(small ? "step of a tiny SimCLR" : SimClr, images);
        yield return new(small ? "views for a tiny SimCLR" : Views, Judge.Step, 0.5, 0, gpu =>
        {
            var views = new ImageViews(gpu, MakeViews.Noise(new ImageSize(images.Side, images.Side, 3), 2000), [Augmentation.SimClrCifar, Augmentation.SimClrCifar], images.Images, seed: 1);
            long draw = 0;
            return () => { using var step = new Step(gpu); views.Draw(draw++); };
        });
    }

    /// <summary>Steps whose orders the driver has in one graph.</summary>
    public static IEnumerable<GpuRow> Replayed() =>
    [
        Gpt($"{OfOneWindow}, replayed", OneWindow, 1, replays: true) with { Theirs = OfOneWindow },
        Gpt($"{OfShakespeare}, replayed", Shakespeare, 0.5, replays: true) with { Theirs = OfShakespeare },
        Pairs($"{SimClr}, replayed", Images, replays: true) with { Theirs = SimClr },
    ];

    static GpuRow Gpt(string name, GptSize size, double goal, bool replays = false) => new(name, Judge.Time, goal, 0, gpu =>
        new OurTraining(new NextToken(size.NewModel(gpu)), size.Batches(gpu, 4), AdamSettings.Text, replays).Step);

    static GpuRow Pairs(string name, ContrastiveSize size, bool replays = false) => new(name, Judge.Time, 1, 0, gpu =>
        new OurTraining(size.NewObjective(gpu), size.Batches(gpu, 2), AdamSettings.Images, replays).Step);
}
