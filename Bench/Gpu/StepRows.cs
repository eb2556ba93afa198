using NativeSsl.Bench.Commands;
using NativeSsl.Bench.Measure;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>Whole training steps, as a user's program takes them: forward, backward, optimizer; float32 but where a row says otherwise.</summary>
static class StepRows
{
    /// <summary>The row whose time the views' is a share of.</summary>
    public const string SimClr = "step of SimCLR, ResNet-18, 1024 views of 32 x 32, made beforehand";

    const string Views = "views for SimCLR, 1024 of 32 x 32";

    /// <summary>The rows.</summary>
    public static IEnumerable<GpuRow> All(bool small)
    {
        GptSize shakespeare = small ? GptSize.Tiny : GptSize.Shakespeare with { Batch = 64 }, gpt2 = GptSize.Gpt2 with { Batch = 8, Vocabulary = 50304 };
        yield return Gpt(small ? "step of a tiny GPT" : "step of a GPT 6 x 384, batch 64, context 256", shakespeare, 0.5);
        if (!small)
        {
            yield return Gpt("step of a GPT 6 x 384, batch 64, context 256, theirs by torch.compile", shakespeare, 1.1);
            yield return Gpt("step of GPT-2 small, batch 8, context 1024, fp32", gpt2, 1.7);
            yield return Gpt("step of GPT-2 small, batch 8, context 1024, bf16", gpt2, 1.7).With(MatMulPrecision.BFloat16);
        }
        ContrastiveSize images = small ? ContrastiveSize.Tiny : ContrastiveSize.ResNet18 with { Images = 512 };
        yield return new(small ? "step of a tiny SimCLR" : SimClr, Judge.Time, 1, 0, gpu =>
            new OurTraining(images.NewObjective(gpu), images.Batches(gpu, 2), AdamSettings.Images).Step);
        yield return new(small ? "views for a tiny SimCLR" : Views, Judge.Step, 0.5, 0, gpu =>
        {
            var views = new ImageViews(gpu, MakeViews.Noise(new ImageSize(images.Side, images.Side, 3), 2000), [Augmentation.SimClrCifar, Augmentation.SimClrCifar], images.Images, seed: 1);
            long draw = 0;
            return () => { using var step = new Step(gpu); views.Draw(draw++); };
        });
    }

    static GpuRow Gpt(string name, GptSize size, double goal) => new(name, Judge.Time, goal, 0, gpu =>
        new OurTraining(new NextToken(size.NewModel(gpu)), size.Batches(gpu, 4), AdamSettings.Text).Step);
}
