using NativeSsl.Tests.Models;

namespace NativeSsl.Tests.Structure;

/// <summary>
/// Modules list their parts by hand, so every one of them is made here, in each of its variants, and held against its fields. A class that
/// is not made here fails the test.
/// </summary>
public sealed class EveryModule
{
    static readonly Init Init = new(new CpuBackend(1), 1);

    static Gpt Gpt(bool bias = false) =>
        new(new Gpt.Config { Vocabulary = 5, Context = 4, Layers = 2, Heads = 2, Width = 8, Bias = bias, Dropout = bias ? 0.1f : 0f }, Init);

    static readonly Dictionary<Type, Module[]> Made = new()
    {
        [typeof(Bert)] = [new Bert(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 2, Heads = 2, Width = 8 }, Init)],
        [typeof(BasicBlock)] = [new BasicBlock(Init, 4, 4), new BasicBlock(Init, 4, 8, stride: 2)],
        [typeof(BatchNorm)] = [new BatchNorm(Init, 4), new BatchNorm(Init, 4, scale: false, shift: false)],
        [typeof(Bottleneck)] = [new Bottleneck(Init, 8, 2), new Bottleneck(Init, 4, 2, stride: 2)],
        [typeof(Conv2d)] = [new Conv2d(Init, 4, 6, 3, groups: 2), new Conv2d(Init, 4, 3, 1, bias: true)],
        [typeof(Dropout)] = [new Dropout(0.1f)],
        [typeof(Embedding)] = [new Embedding(Init, 5, 4)],
        [typeof(FeedForward)] = [new FeedForward(Init, 4, 8, Activation.Gelu), new FeedForward(Init, 4, 8, Activation.Relu, bias: false)],
        [typeof(Gpt)] = [Gpt(), Gpt(bias: true)],
        [typeof(LayerNorm)] = [new LayerNorm(Init, 4), new LayerNorm(Init, 4, bias: false)],
        [typeof(Linear)] = [new Linear(Init, 4, 3), new Linear(Init, 4, 3, bias: false)],
        [typeof(MaskedHead)] = [new MaskedHead(Init, 4, 5)],
        [typeof(MlpHead)] = [new MlpHead(Init, 4, 5, 3), new MlpHead(Init, 4, 5, 3, layers: 3, normalizeLast: true)],
        [typeof(MultiHeadAttention)] = [new MultiHeadAttention(Init, 4, 2, new AttentionOptions()),
            new MultiHeadAttention(Init, 4, 2, new AttentionOptions(), bias: false)],
        [typeof(NextToken)] = [new NextToken(Gpt())],
        [typeof(Pooler)] = [new Pooler(Init, 4)],
        [typeof(ResNet)] = [new ResNet(ResNet.Config.Small with { Widths = [4, 8, 8] }, Init),
            new ResNet(ResNet.Config.ResNet50 with { Blocks = [1, 2], Widths = [4, 8] }, Init)],
        [typeof(RmsNorm)] = [new RmsNorm(Init, 4)],
        [typeof(StridedConvolutions)] = [new StridedConvolutions(Init, 1, 4, 8)],
        [typeof(SimClr)] = [new SimClr(new StridedConvolutions(Init, 1, 4), new MlpHead(Init, 4, 4, 3))],
        [typeof(TextClassifier)] = [new TextClassifier(new Bert(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init), 3, Init),
            new TextClassifier(new Bert(new Bert.Config { Vocabulary = 5, Context = 4, Layers = 1, Heads = 2, Width = 8 }, Init), 3, Init, TextPooling.Mean)],
        [typeof(TransformerBlock)] = [.. new[] { true, false }.Select(pre =>
            new TransformerBlock(Init, new TransformerOptions { Features = 4, Heads = 2, PreNorm = pre, Bias = pre }))],
    };

    public static TheoryData<string> All => [.. Classes().Select(type => type.FullName!)];

    static IEnumerable<Type> Classes() => new[] { typeof(Module).Assembly, typeof(Objective).Assembly }
        .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract);

    [Theory, MemberData(nameof(All))]
    public void Lists_every_part_it_holds(string name)
    {
        Type type = Classes().Single(candidate => candidate.FullName == name);
        Assert.True(Made.TryGetValue(type, out Module[]? modules), $"{type.Name} is a module, but {nameof(EveryModule)} does not make one: add it.");
        Assert.All(modules, ModuleTests.AssertEveryPartIsListed);
    }
}
