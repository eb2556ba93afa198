using System.Text.RegularExpressions;
using ILGPU.Runtime.Cuda;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Every kernel compiles to PTX for two generations of NVIDIA GPUs, on a machine without one.</summary>
public sealed partial class PtxTests
{
    public static TheoryData<string> All => [.. AllKernels.ByName.Keys.Order()];

    [Theory, MemberData(nameof(All))]
    public void Compiles_to_ptx(string kernel)
    {
        foreach (CudaArchitecture architecture in new[] { CudaArchitecture.SM_80, CudaArchitecture.SM_90 })
        {
            string ptx = AllKernels.Ptx(AllKernels.ByName[kernel], architecture);
            Assert.DoesNotMatch(UniformBranch(), ptx);
            Assert.Empty(Unresolved(ptx));
            Assert.DoesNotContain("tanh.approx", ptx, StringComparison.Ordinal);
            Assert.DoesNotContain("sin.approx", ptx, StringComparison.Ordinal);
        }
    }

    // The assembler then keeps a thread of theirs to half of the registers.
    [Theory, InlineData("BlockedProductKernels<MatMulProduct,Tiles256>.Product", 2), InlineData("TensorCoreProductKernels<MatMulProduct,BFloat16Core,WarpTiles8>.Product", 2)]
    [InlineData("BlockedProductKernels<MatMulProduct,Tiles64>.Product", 1), InlineData("BlockedAttentionKernels<Tiles64>.Forward", 1)]
    public void Large_teams_leave_room_for_a_second(string kernel, int teams) =>
        Assert.Contains($".minnctapersm {teams}", AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90), StringComparison.Ordinal);

    // What a training step spends its time on.
    public static TheoryData<string> Hot =>
    [
        "BlockedProductKernels<MatMulProduct,Tiles256>.Product", "BlockedProductKernels<MatMulProduct,Tiles64>.Product",
        "BlockedProductKernels<LinearProduct<Identity,Float32Numbers>,Tiles256>.Product", "BlockedProductKernels<ConvolutionProduct<Float32Numbers,Float32Numbers>,Tiles256>.Product",
        "BlockedProductKernels<ConvolutionInputProduct,Tiles256>.Product", "BlockedProductKernels<ConvolutionWeightProduct<Float32Numbers>,Tiles64>.Product",
        "BlockedProductKernels<ConvolutionInputProduct,NarrowTiles>.Product", "GatedKernels<Silu,BFloat16Numbers>.Slopes", "LarsKernels.Update", "MovingAverageKernels.Step",
        "BlockedAttentionKernels<Tiles64>.Forward", "BlockedAttentionGradientKernels<OfQueries,Tiles64>.Gradient",
        "BlockedAttentionGradientKernels<OfKeys,Tiles64>.Gradient", "BlockedAttentionGradientKernels<OfValues,Tiles64>.Gradient",
        "SoftmaxKernels<WarpTeam,Float4>.Forward", "LayerNormKernels<WarpTeam,Float4,Float32Numbers>.Forward", "NormGradientKernels<OfLayer,WarpTeam,Float4>.Backward", "NormGradientKernels<OfRootMeanSquare,WarpTeam,Float4>.Backward",
        "LayerNormKernels<WarpTeam,Float4,BFloat16Numbers>.Forward", "FragmentKernels<BFloat16Core,BFloat16Numbers>.LayOut", "BatchNormKernels<BFloat16Numbers,BFloat16Numbers>.Slope", "MapKernels<Gelu,BFloat16Numbers>.Slope",
        "CrossEntropyKernels<WarpTeam,Float4>.Forward", "BatchNormKernels<Float32Numbers,Float32Numbers>.Slope", "MapKernels<Gelu,Float32Numbers>.Slope", "CombineKernels<ValueOf<Add>>.Fours", "DropoutKernels.Forward<Float32Numbers>", "AdamWKernels.Update", "SgdKernels.Update", "SquaredNormKernels<WarpTeam,Float4>.Pieces",
    ];

    [PtxasTheory, MemberData(nameof(Hot))]
    public void Hot_kernels_keep_everything_in_registers(string kernel)
    {
        Ptxas made = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90));
        Assert.Equal((0, 0), (made.StackBytes, made.SpillBytes));
        // A multiprocessor has 65,536: two groups of 256 threads, or of 64 seven for products and four for attention, whose panels are then read ahead.
        Assert.InRange(made.Registers, 1, kernel.Contains("Attention", StringComparison.Ordinal) ? 255 : kernel.Contains("Tiles64", StringComparison.Ordinal) ? 144 : 128);
    }

    // Held to 128 registers, so that two teams fit, a layer's kernel puts some aside while it works out its activation, once a tile.
    [PtxasTheory, InlineData("BlockedProductKernels<LinearProduct<Gelu,Float32Numbers>,Tiles256>.Product"), InlineData("BlockedProductKernels<LinearProduct<GeluErf,Float32Numbers>,Tiles256>.Product")]
    public void An_activation_puts_little_aside(string kernel)
    {
        Ptxas made = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90));
        Assert.InRange(made.StackBytes, 0, 32);
        Assert.InRange(made.Registers, 1, 128);
    }

    // Reads and writes of 128 bits; the assembler may make more of them by unrolling.
    public static TheoryData<string, int, int> ByFours => new()
    {
        { "MapKernels<Gelu,Float32Numbers>.Value", 1, 1 }, { "MapKernels<Gelu,Float32Numbers>.Slope", 2, 1 }, { "CombineKernels<ValueOf<Add>>.Fours", 2, 1 }, { "DropoutKernels.Forward<Float32Numbers>", 1, 1 },
        { "BatchNormKernels<Float32Numbers,Float32Numbers>.Forward", 5, 1 }, { "BatchNormKernels<Float32Numbers,Float32Numbers>.Slope", 10, 1 }, { "SoftmaxKernels<WarpTeam,Float4>.Forward", 7, 6 },
        { "LayerNormKernels<WarpTeam,Float4,Float32Numbers>.Forward", 16, 5 }, { "NormGradientKernels<OfLayer,WarpTeam,Float4>.Backward", 12, 12 },
        { "SquaredNormKernels<WarpTeam,Float4>.Pieces", 1, 0 }, { "CrossEntropyKernels<WarpTeam,Float4>.Forward", 1, 0 }, { "CrossEntropySlopeKernels<Float4>.Backward", 1, 1 },
        { "PoolKernels<Float4>.Forward<Largest>", 1, 1 }, { "PoolKernels<Float4>.AverageBackward", 1, 1 }, { "PoolKernels<Float4>.MaxBackward", 4, 1 },
        { "GatedKernels<Gelu,Float32Numbers>.Value", 2, 1 }, { "GatedKernels<Gelu,Float32Numbers>.Slopes", 3, 2 },
        { "AdamWKernels.Update", 4, 3 }, { "SgdKernels.Update", 3, 2 },
    };

    [PtxasTheory, MemberData(nameof(ByFours))]
    public void Elements_move_by_fours(string kernel, int reads, int writes)
    {
        Ptxas made = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90));
        Assert.InRange(made.Code.Names.Count(name => name == "LDG.E.128"), reads, 4 * reads);
        Assert.InRange(made.Code.Names.Count(name => name == "STG.E.128"), writes, 4 * writes);
    }

    // Four numbers of 16 bits. The slope of GELU does not look at what it gave.
    [PtxasTheory, InlineData("LayerNormKernels<WarpTeam,Float4,BFloat16Numbers>.Forward", 0, 5), InlineData("BatchNormKernels<BFloat16Numbers,BFloat16Numbers>.Forward", 1, 1), InlineData("MapKernels<Gelu,BFloat16Numbers>.Value", 1, 1)]
    [InlineData("MapKernels<Gelu,BFloat16Numbers>.Slope", 1, 0), InlineData("FragmentKernels<BFloat16Core,BFloat16Numbers>.LayOut", 2, 0)]
    public void What_is_stored_in_BFloat16_moves_by_fours(string kernel, int reads, int writes)
    {
        Ptxas made = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90));
        Assert.InRange(made.Code.Names.Count(name => name == "LDG.E.64"), reads, 4 * reads);
        Assert.InRange(made.Code.Names.Count(name => name == "STG.E.64"), writes, 4 * writes);
    }

    public static TheoryData<string, string, int> OnTensorCores => new()
    {
        { "TensorCoreProductKernels<MatMulProduct,TensorFloat32Core,WarpTiles8>.Product", "HMMA.1688.F32.TF32", 32 },
        { "TensorCoreProductKernels<LinearProduct<Identity,Float32Numbers>,BFloat16Core,WarpTiles8>.Product", "HMMA.16816.F32.BF16", 16 },
        { "TensorCoreProductKernels<ConvolutionProduct<Float32Numbers,Float32Numbers>,BFloat16Core,WarpTiles4>.Product", "HMMA.16816.F32.BF16", 8 },
        { "TensorCoreProductKernels<ConvolutionWeightProduct<Float32Numbers>,TensorFloat32Core,WarpTiles4>.Product", "HMMA.1688.F32.TF32", 16 },
        { "FragmentProductKernels<MatMulProduct,TensorFloat32Core,FragmentTiles4>.Product", "HMMA.1688.F32.TF32", 64 },
        { "FragmentProductKernels<MatMulProduct,BFloat16Core,FragmentTiles4>.Product", "HMMA.16816.F32.BF16", 64 },
        { "FragmentProductKernels<LinearProduct<Gelu,Float32Numbers>,BFloat16Core,FragmentTiles4>.Product", "HMMA.16816.F32.BF16", 64 },
        { "FragmentProductKernels<LinearProduct<Gelu,BFloat16Numbers>,BFloat16Core,FragmentTiles4>.Product", "HMMA.16816.F32.BF16", 64 },
        { "TensorCoreProductKernels<ConvolutionProduct<BFloat16Numbers,BFloat16Numbers>,BFloat16Core,WarpTiles4>.Product", "HMMA.16816.F32.BF16", 8 },
    };

    [PtxasTheory, MemberData(nameof(OnTensorCores))]
    public void Products_are_made_by_tensor_cores(string kernel, string instruction, int ofPanel)
    {
        Ptxas made = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90));
        Assert.Equal((0, 0), (made.StackBytes, made.SpillBytes));
        Assert.InRange(made.Registers, 1, kernel.StartsWith("Fragment", StringComparison.Ordinal) ? 255 : 128);            // two teams, of four warps or of eight
        Assert.Equal(ofPanel, made.Code.Names.Count(name => name == instruction));
        Assert.DoesNotContain(made.Code.Names, name => name.StartsWith("LDL", StringComparison.Ordinal));
    }

    // The loop over panels copies past the registers, reads fragments whole, and does little else: 64 instructions of tensor cores, of fewer than 170. Without a bias nothing is read but what is added, four at a time.
    [PtxasTheory, InlineData("FragmentProductKernels<MatMulProduct,TensorFloat32Core,FragmentTiles4>.Product"), InlineData("FragmentProductKernels<MatMulProduct,BFloat16Core,FragmentTiles4>.Product")]
    public void Fragments_are_copied_past_the_registers(string kernel)
    {
        MachineCode code = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90)).Code;
        Assert.Equal(8, code.Names.Count(name => name == "LDGSTS.E.BYPASS.128"));
        Assert.Equal(16, code.Names.Count(name => name == "LDS.128"));
        string[] names = [.. code.Names];
        int end = Array.FindIndex(names, Array.LastIndexOf(names, names.Last(name => name.StartsWith("HMMA", StringComparison.Ordinal))), name => name == "BRA");
        Assert.InRange(end - Array.IndexOf(names, "LDGDEPBAR"), 64 + 16 + 8, 170);
        int first = Array.IndexOf(names, "LDG.E");
        Assert.True(code.UntilUse(first)!.Count(name => name == "LDG.E") >= 3, "what is added is waited for one by one");
    }

    // Two instructions of a group of warps to a panel, one behind the other: nothing between them waits for the first, and no sum moves.
    [PtxasTheory, InlineData("WarpGroupProductKernels<MatMulProduct,BFloat16Core>.Product", "HGMMA.64x128x16.F32.BF16"), InlineData("WarpGroupProductKernels<LinearProduct<Gelu,Float32Numbers>,TensorFloat32Core>.Product", "HGMMA.64x128x8.F32.TF32")]
    public void Groups_of_warps_do_not_wait_between_their_instructions(string kernel, string instruction)
    {
        string ptx = AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90);
        Assert.Contains(".target sm_90a", ptx, StringComparison.Ordinal);
        Ptxas made = Ptxas.Assemble(ptx);
        Assert.Equal((0, 0), (made.StackBytes, made.SpillBytes));
        Assert.InRange(made.Registers, 1, 128);             // two teams of eight warps
        string[] names = [.. made.Code.Names];
        int first = Array.IndexOf(names, instruction), second = Array.LastIndexOf(names, instruction);
        Assert.Equal(2, names.Count(name => name == instruction));
        Assert.DoesNotContain(names[first..second], name => name.StartsWith("WARPGROUP", StringComparison.Ordinal) || name.StartsWith("BAR", StringComparison.Ordinal));
        Assert.Equal("WARPGROUP.DEPBAR.LE", names[second + 1]);
        Assert.Equal(4, names.Count(name => name == "UBLKCP.S.G"));                        // the first panels, and the next ones
        Assert.DoesNotContain(names, name => name.StartsWith("LDGSTS", StringComparison.Ordinal));
    }

    // The next panel is on its way while this one is multiplied: nothing that waits for it comes before the multiplications.
    [PtxasTheory, InlineData("BlockedProductKernels<MatMulProduct,Tiles256>.Product"), InlineData("BlockedProductKernels<LinearProduct<Identity,Float32Numbers>,Tiles256>.Product")]
    [InlineData("BlockedProductKernels<ConvolutionProduct<Float32Numbers,Float32Numbers>,Tiles256>.Product"), InlineData("BlockedProductKernels<MatMulProduct,Tiles64>.Product"), InlineData("BlockedProductKernels<ConvolutionInputProduct,NarrowTiles>.Product")]
    [InlineData("TensorCoreProductKernels<MatMulProduct,TensorFloat32Core,WarpTiles8>.Product"), InlineData("TensorCoreProductKernels<MatMulProduct,BFloat16Core,WarpTiles8>.Product")]
    [InlineData("TensorCoreProductKernels<LinearProduct<Identity,Float32Numbers>,TensorFloat32Core,WarpTiles8>.Product"), InlineData("TensorCoreProductKernels<LinearProduct<Identity,Float32Numbers>,BFloat16Core,WarpTiles8>.Product")]
    [InlineData("TensorCoreProductKernels<ConvolutionProduct<Float32Numbers,Float32Numbers>,TensorFloat32Core,WarpTiles8>.Product"), InlineData("BlockedAttentionKernels<Tiles64>.Forward")]
    [InlineData("TensorCoreAttentionKernels<TensorFloat32Core,AttentionTiles4,Float32Numbers>.Forward"), InlineData("TensorCoreAttentionKernels<BFloat16Core,AttentionTiles4,Float32Numbers>.Forward")]
    [InlineData("TensorCoreAttentionGradientKernels<OfKeys,TensorFloat32Core,AttentionSlopeTiles4,Float32Numbers>.Gradient")]
    public void What_is_read_ahead_is_not_waited_for(string kernel)
    {
        MachineCode code = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90)).Code;
        int used = 0;
        foreach ((int read, MachineInstruction instruction) in code.Instructions.Index().Where(entry => entry.Item.Name == "LDG.E.128"))
            if (code.UntilUse(read) is { } done)
            {
                used++;
                Assert.True(done.Any(name => name.Split('.')[0] is "HMMA" or "FFMA"), $"{instruction.Address:x}: waited for after {done.Count} instructions");
            }
        Assert.True(used > 0, "no read of 128 bits is used");
    }

    // What is read to R4 to R7 is used where R6 or R7 is; R4 has been written to again by then, and R5 is used where the way does not lead.
    [Theory, InlineData("IADD3 R9, R6, R2, RZ", true), InlineData("STS [R2], R7", true), InlineData("MOV R9, R8", false), InlineData("MOV R6, R8", false), InlineData("IADD3 R9, R4, R2, RZ", false)]
    public void The_way_of_a_program_to_a_register_is_found(string last, bool isUse)
    {
        MachineCode code = MachineCode.Parse($"""
            /*0000*/                   LDG.E.128 R4, [R2.64] ;   /* 0x1 */
            /*0010*/               @P0 BRA 0x50 ;                /* 0x1 */
            /*0020*/                   BRA 0x40 ;                /* 0x1 */
            /*0030*/                   MOV R5, R5 ;              /* 0x1 */
            /*0040*/                   MOV R4, R12 ;             /* 0x1 */
            /*0050*/                   {last} ;                  /* 0x1 */
            """);
        Assert.Equal(isUse ? ["BRA", "BRA", "MOV"] : null, code.UntilUse(0));
        Assert.Equal(["LDG.E.128", "BRA", "BRA", "MOV", "MOV", last.Split(' ')[0]], code.Names);
    }

    // Of a block of 64 keys eight blocks of scores, each over a width of 64, and eight of outputs, each over the keys; of 32 columns four, once or twice, and eight.
    [PtxasTheory, InlineData("TensorCoreAttentionKernels<{0},AttentionTiles4,{1}>.Forward", 128), InlineData("TensorCoreAttentionGradientKernels<OfQueries,{0},AttentionSlopeTiles4,{1}>.Gradient", 96)]
    [InlineData("TensorCoreAttentionGradientKernels<OfKeys,{0},AttentionSlopeTiles4,{1}>.Gradient", 96), InlineData("TensorCoreAttentionGradientKernels<OfValues,{0},AttentionSlopeTiles4,{1}>.Gradient", 64)]
    public void Attention_is_made_by_tensor_cores(string kernel, int ofBlock)
    {
        foreach ((string core, string numbers, string instruction, int times) in new[]
            { ("TensorFloat32Core", "Float32Numbers", "HMMA.1688.F32.TF32", ofBlock), ("BFloat16Core", "Float32Numbers", "HMMA.16816.F32.BF16", ofBlock / 2), ("BFloat16Core", "BFloat16Numbers", "HMMA.16816.F32.BF16", ofBlock / 2) })
        {
            Ptxas made = Ptxas.Assemble(AllKernels.Ptx(AllKernels.ByName[string.Format(System.Globalization.CultureInfo.InvariantCulture, kernel, core, numbers)], CudaArchitecture.SM_90));
            Assert.Equal((0, 0), (made.StackBytes, made.SpillBytes));
            Assert.InRange(made.Registers, 1, 255);                         // two teams of four warps
            Assert.Equal(times, made.Code.Names.Count(name => name == instruction));
        }
    }

    // ILGPU takes NaN for greater than a constant where it had to swap the two: then the choice that keeps a NaN on the CPU drops it.
    [Theory, InlineData("SoftmaxKernels<WarpTeam,Float4>.Forward"), InlineData("MapKernels<Relu,Float32Numbers>.Value"), InlineData("MapKernels<Gelu,Float32Numbers>.Value"), InlineData("PoolKernels<Float4>.Forward<Largest>")]
    public void Maxima_and_minima_keep_a_NaN(string kernel) =>
        Assert.DoesNotMatch(NaNPassesForGreater(), AllKernels.Ptx(AllKernels.ByName[kernel], CudaArchitecture.SM_90));

    [PtxasTheory, InlineData("no ptx")]
    public void What_is_no_ptx_is_refused(string text) => Assert.Throws<DeviceException>(() => Ptxas.Assemble(text));

    [Fact]
    public void The_patch_takes_uniform_marks_off_conditional_branches_alone() =>
        Assert.Equal("@%p1 bra L_1; @!%p2 bra L_2; bra.uni L_3;", PtxPatch.Apply("@%p1 bra.uni L_1; @!%p2 bra.uni L_2; bra.uni L_3;"));

    // A function that is declared but not in the text: the driver would refuse the kernel at run time.
    static string[] Unresolved(string ptx) =>
        [.. ExternalFunction().Matches(ptx).Select(match => match.Value)
            .Where(text => !text.Contains("__assertfail", StringComparison.Ordinal))];

    [GeneratedRegex(@"setp\.(gtu|ltu)\.f32")]
    private static partial Regex NaNPassesForGreater();
    [GeneratedRegex(@"%p\d+ bra\.uni")]
    private static partial Regex UniformBranch();
    [GeneratedRegex(@"\.extern\s+\.func[^;{]*;", RegexOptions.Singleline)]
    private static partial Regex ExternalFunction();
}
