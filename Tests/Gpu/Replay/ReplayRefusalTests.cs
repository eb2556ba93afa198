using NativeSsl.Kernels;
using static NativeSsl.Tests.Gpu.ReplayTasks;

namespace NativeSsl.Tests.Gpu;

/// <summary>What cannot be done again without the host is done in full, with the same result, and says why.</summary>
public sealed class ReplayRefusalTests
{
    [Fact]
    public void An_objective_that_decides_on_the_host_is_not_replayed()
    {
        Assert.Contains("Plain decides on the host", Same(gpu => Learning(gpu, model => new Plain(model)), steps: 2));
        Assert.Contains("looks at indices", Same(gpu => Learning(gpu, model => new Altered(model, (loss, views) => loss * (1 + views.Indices[0].Values.Span[0]))), steps: 3));
        Assert.Contains("looks at indices", Same(gpu => Learning(gpu, model => new Altered(model, (loss, views) => loss * (1 + views.Indices[1].Reshape([8]).Max))), steps: 3));
        Assert.Contains("reads numbers back", Same(gpu => Learning(gpu, model => new Altered(model, (loss, _) => loss * loss.Item())), steps: 3));
    }

    // Until then the step was recorded: parameters, moments and what clipping found are taken back before it is done in full.
    [Fact]
    public void What_is_read_back_when_parameters_have_moved_takes_the_move_back()
    {
        Assert.Contains("reads numbers back", Same(gpu => Learning(gpu, model => new ReadingAfterwards(model)), steps: 3));
    }

    [Fact]
    public void Memory_that_will_be_anothers_is_not_recorded()
    {
        Assert.Contains("lent before it began", Same(gpu => Learning(gpu, model => new Altered(model, (loss, _) => loss + Lent!)) is var (objective, views) ? (objective, new Lending(gpu, views)) : default, steps: 3));
    }

    [Fact]
    public void An_index_that_points_outside_is_refused_and_changes_nothing()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        (Objective objective, IViewSource views) = Learning(gpu, model => new NextToken(model), [0, 0, -1, 0]);
        using Trainer trainer = TenSteps.Training((objective, views), replays: true, healthInterval: 0);
        trainer.Step();
        trainer.Step();
        float[][] before = [.. objective.NamedTensors().Select(entry => entry.Tensor.ToArray())];
        Assert.Contains("index 99", Assert.Throws<IndexException>(trainer.Step).Message);
        Assert.Equal(before, objective.NamedTensors().Select(entry => entry.Tensor.ToArray()));
        Assert.StartsWith("1 replayed; ", trainer.Replays);
    }

    // The first piece of memory that a device is asked for is all that it has.
    [Fact]
    public void Where_there_is_no_room_for_a_record_steps_are_done_in_full()
    {
        using GpuBackend first = GpuBackend.Simulator(memoryCap: 4 << 20), second = GpuBackend.Simulator(memoryCap: 4 << 20);
        Assert.Contains("no room", Same(first, second, SmallGpt, steps: 3));
    }

    [Fact]
    public void On_the_CPU_there_is_nothing_to_save()
    {
        var model = new Gpt(new Gpt.Config { Vocabulary = 61, Context = 32, Layers = 1, Heads = 2, Width = 16 }, new Init(CpuBackend.Default, 3));
        using Trainer trainer = TenSteps.Training((new NextToken(model), TenSteps.Gpt(CpuBackend.Default).Views), replays: true);
        trainer.Step();
        Assert.Equal("not replayed: on cpu an order costs nothing worth saving", trainer.Replays);
    }
}
