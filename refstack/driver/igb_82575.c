// SPDX-License-Identifier: MIT
/* igb_82575.c - MAC, PHY and NVM of the card: reset, link set-up, semaphores, flow control.
 *
 * Path: none of the steps; probe, open, close and the watchdog come here. The order of accesses is
 * the kernel's. Rules: LINUX: e1000_82575.c, e1000_mac.c, e1000_phy.c, e1000_nvm.c; IEEE 802.3 28B
 * for pause. DIVERGES(igb-registers): copper only, and registers that the register map lacks are
 * not touched.
 */
#include "driver/igb.h"

#include "uapi/errno.h"

enum {
	AUTO_READ_DONE_TIMEOUT = 10,
	PHY_CFG_TIMEOUT = 100,
	MASTER_DISABLE_TIMEOUT = 800,
	MDIC_TIMEOUT = 640 * 3,
	EERD_ATTEMPTS = 100000,
	SWFW_TIMEOUT = 200,
	COPPER_LINK_UP_LIMIT = 10
};

/* --- semaphores ----------------------------------------------------------------------------------
 */

static void igb_put_hw_semaphore(struct igb_adapter *adapter)
{
	u32 swsm = igb_rd32(adapter, E1000_SWSM);

	igb_wr32(adapter, E1000_SWSM, swsm & ~(E1000_SWSM_SMBI | E1000_SWSM_SWESMBI));
}

static int igb_get_hw_semaphore(struct igb_adapter *adapter)
{
	u32 timeout = adapter->hw.nvm_word_size + 1;
	u32 i, swsm;

	/* Among software: reading takes it. */
	for (i = 0; i < timeout; i++) {
		if ((igb_rd32(adapter, E1000_SWSM) & E1000_SWSM_SMBI) == 0)
			break;
		igb_usleep(adapter, 50);
	}
	if (i == timeout)
		return -EIO;
	/* Between software and firmware: ours if the bit stays. */
	for (i = 0; i < timeout; i++) {
		swsm = igb_rd32(adapter, E1000_SWSM);
		igb_wr32(adapter, E1000_SWSM, swsm | E1000_SWSM_SWESMBI);
		if (igb_rd32(adapter, E1000_SWSM) & E1000_SWSM_SWESMBI)
			return 0;
		igb_usleep(adapter, 50);
	}
	igb_put_hw_semaphore(adapter);
	return -EIO;
}

static int igb_acquire_swfw_sync(struct igb_adapter *adapter, u32 mask)
{
	for (u32 i = 0; i < SWFW_TIMEOUT; i++) {
		u32 sync;

		if (igb_get_hw_semaphore(adapter) != 0)
			return -EIO;
		sync = igb_rd32(adapter, E1000_SW_FW_SYNC);
		if ((sync & (mask | mask << 16)) == 0) {
			igb_wr32(adapter, E1000_SW_FW_SYNC, sync | mask);
			igb_put_hw_semaphore(adapter);
			return 0;
		}
		igb_put_hw_semaphore(adapter);
		igb_usleep(adapter, 5000);
	}
	return -EIO;
}

/* DIVERGES(igb-release-bounded): Linux tries for ever to get the semaphore that guards the release.
 */
static void igb_release_swfw_sync(struct igb_adapter *adapter, u32 mask)
{
	u32 sync;

	if (igb_get_hw_semaphore(adapter) != 0)
		return;
	sync = igb_rd32(adapter, E1000_SW_FW_SYNC);
	igb_wr32(adapter, E1000_SW_FW_SYNC, sync & ~mask);
	igb_put_hw_semaphore(adapter);
}

static u32 igb_phy_mask(const struct igb_adapter *adapter)
{
	return adapter->hw.func == 1 ? E1000_SWFW_PHY1_SM : E1000_SWFW_PHY0_SM;
}

/* --- NVM
 * ------------------------------------------------------------------------------------------- */

int igb_read_nvm(struct igb_adapter *adapter, u32 word, u16 *data)
{
	*data = 0;
	if (word >= adapter->hw.nvm_word_size)
		return -EIO;
	igb_wr32(adapter, E1000_EERD, word << E1000_EERD_ADDR_SHIFT | E1000_EERD_START);
	for (u32 i = 0; i < EERD_ATTEMPTS; i++) {
		if (igb_rd32(adapter, E1000_EERD) & E1000_EERD_DONE) {
			*data = (u16)(igb_rd32(adapter, E1000_EERD) >> E1000_EERD_DATA_SHIFT);
			return 0;
		}
		igb_usleep(adapter, 5);
	}
	return -EIO;
}

int igb_validate_nvm_checksum(struct igb_adapter *adapter)
{
	u16 sum = 0;

	for (u32 i = 0; i <= NVM_CHECKSUM_REG; i++) {
		u16 data;
		int err = igb_read_nvm(adapter, i, &data);

		if (err != 0)
			return err;
		sum = (u16)(sum + data);
	}
	return sum == NVM_SUM ? 0 : -EIO;
}

/* An address that replaces the permanent one, if the NVM points at it. */
static int igb_check_alt_mac_addr(struct igb_adapter *adapter)
{
	u8 addr[ETH_ALEN];
	u16 offset, data;
	int err = igb_read_nvm(adapter, NVM_ALT_MAC_ADDR_PTR, &offset);

	if (err != 0 || offset == 0xffff || offset == 0)
		return err;
	if (adapter->hw.func == 1)
		offset = (u16)(offset + ETH_ALEN / 2);
	for (u32 i = 0; i < ETH_ALEN; i += 2) {
		err = igb_read_nvm(adapter, offset + i / 2, &data);
		if (err != 0)
			return err;
		put_le16(addr + i, data);
	}
	if ((addr[0] & 1) == 0)
		igb_rar_set(adapter, addr, 0);
	return 0;
}

int igb_read_mac_addr(struct igb_adapter *adapter)
{
	struct igb_hw *hw = &adapter->hw;
	u32 high;
	int err = igb_check_alt_mac_addr(adapter);

	if (err != 0)
		return err;
	high = igb_rd32(adapter, E1000_N(RA, 1));
	put_le32(hw->perm_addr, igb_rd32(adapter, E1000_N(RA, 0)));
	put_le16(hw->perm_addr + 4, (u16)high);
	memcpy(hw->mac_addr, hw->perm_addr, ETH_ALEN);
	return 0;
}

/* --- PHY
 * ------------------------------------------------------------------------------------------- */

/* LINUX: igb_read_phy_reg_mdic(), igb_write_phy_reg_mdic(). */
static int igb_mdic(struct igb_adapter *adapter, u32 offset, u32 op, u16 *data)
{
	u32 mdic =
		offset << E1000_MDIC_REG_SHIFT | adapter->hw.phy_addr << E1000_MDIC_PHY_SHIFT | op;

	assert(offset <= MAX_PHY_REG_ADDRESS);
	if (op == E1000_MDIC_OP_WRITE)
		mdic |= *data;
	igb_wr32(adapter, E1000_MDIC, mdic);
	for (u32 i = 0; i < MDIC_TIMEOUT; i++) {
		igb_usleep(adapter, 50);
		mdic = igb_rd32(adapter, E1000_MDIC);
		if (mdic & E1000_MDIC_READY)
			break;
	}
	if ((mdic & E1000_MDIC_READY) == 0 || (mdic & E1000_MDIC_ERROR) != 0)
		return -EIO;
	if (op == E1000_MDIC_OP_READ)
		*data = (u16)mdic;
	return 0;
}

/* Registers above 15 lie on pages: the page register gets the whole address. */
static int igb_phy_access(struct igb_adapter *adapter, u32 offset, u32 op, u16 *data)
{
	u16 page = (u16)offset;
	int err = igb_acquire_swfw_sync(adapter, igb_phy_mask(adapter));

	if (err != 0)
		return err;
	if (offset > MAX_PHY_MULTI_PAGE_REG)
		err = igb_mdic(adapter, IGP01E1000_PHY_PAGE_SELECT, E1000_MDIC_OP_WRITE, &page);
	if (err == 0)
		err = igb_mdic(adapter, offset & MAX_PHY_REG_ADDRESS, op, data);
	igb_release_swfw_sync(adapter, igb_phy_mask(adapter));
	return err;
}

int igb_read_phy_reg(struct igb_adapter *adapter, u32 offset, u16 *data)
{
	return igb_phy_access(adapter, offset, E1000_MDIC_OP_READ, data);
}

int igb_write_phy_reg(struct igb_adapter *adapter, u32 offset, u16 data)
{
	return igb_phy_access(adapter, offset, E1000_MDIC_OP_WRITE, &data);
}

static int igb_get_phy_id(struct igb_adapter *adapter)
{
	struct igb_hw *hw = &adapter->hw;
	u16 id;
	int err;

	hw->phy_addr = 1;
	err = igb_read_phy_reg(adapter, PHY_ID1, &id);
	if (err != 0)
		return err;
	hw->phy_id = (u32)id << 16;
	igb_usleep(adapter, 20);
	err = igb_read_phy_reg(adapter, PHY_ID2, &id);
	if (err != 0)
		return err;
	hw->phy_id |= id & PHY_REVISION_MASK;
	hw->phy_revision = id & ~PHY_REVISION_MASK;
	return hw->phy_id == IGP03E1000_E_PHY_ID ? 0 : -EIO;
}

bool igb_check_reset_block(struct igb_adapter *adapter)
{
	return (igb_rd32(adapter, E1000_MANC) & E1000_MANC_BLK_PHY_RST_ON_IDE) != 0;
}

/* An error of the NVM's configuration load is only noted by Linux, too. */
static void igb_get_cfg_done(struct igb_adapter *adapter)
{
	for (u32 i = 0; i < PHY_CFG_TIMEOUT; i++) {
		if (igb_rd32(adapter, E1000_EEMNGCTL) & E1000_EEMNGCTL_CFG_DONE0
								<< adapter->hw.func)
			break;
		igb_usleep(adapter, 1000);
	}
	(void)igb_rd32(adapter, E1000_EECD);
}

int igb_phy_hw_reset(struct igb_adapter *adapter)
{
	u32 ctrl;
	int err;

	if (igb_check_reset_block(adapter))
		return 0;
	err = igb_acquire_swfw_sync(adapter, igb_phy_mask(adapter));
	if (err != 0)
		return err;
	ctrl = igb_rd32(adapter, E1000_CTRL);
	igb_wr32(adapter, E1000_CTRL, ctrl | E1000_CTRL_PHY_RST);
	igb_wrfl(adapter);
	igb_usleep(adapter, 100);
	igb_wr32(adapter, E1000_CTRL, ctrl);
	igb_wrfl(adapter);
	igb_usleep(adapter, 150);
	igb_release_swfw_sync(adapter, igb_phy_mask(adapter));
	igb_get_cfg_done(adapter);
	return 0;
}

void igb_power_up_phy_copper(struct igb_adapter *adapter)
{
	u16 mii = 0;

	(void)igb_read_phy_reg(adapter, PHY_CONTROL, &mii);
	(void)igb_write_phy_reg(adapter, PHY_CONTROL, (u16)(mii & ~MII_CR_POWER_DOWN));
}

void igb_power_down_phy_copper(struct igb_adapter *adapter)
{
	u16 mii = 0;

	(void)igb_read_phy_reg(adapter, PHY_CONTROL, &mii);
	(void)igb_write_phy_reg(adapter, PHY_CONTROL, (u16)(mii | MII_CR_POWER_DOWN));
	igb_usleep(adapter, 1000);
}

/* The link bit is sticky when it falls, so each look is two reads. */
static int igb_phy_has_link(struct igb_adapter *adapter, u32 iterations, u32 interval_us,
			    bool *link)
{
	u16 status;
	int err;

	*link = false;
	for (u32 i = 0; i < iterations; i++) {
		if (igb_read_phy_reg(adapter, PHY_STATUS, &status) != 0)
			igb_usleep(adapter, interval_us);
		err = igb_read_phy_reg(adapter, PHY_STATUS, &status);
		if (err != 0)
			return err;
		if (status & MII_SR_LINK_STATUS) {
			*link = true;
			break;
		}
		igb_usleep(adapter, interval_us);
	}
	return 0;
}

int igb_check_downshift(struct igb_adapter *adapter)
{
	u16 data;
	int err = igb_read_phy_reg(adapter, IGP01E1000_PHY_LINK_HEALTH, &data);

	if (err == 0)
		adapter->hw.speed_downgraded = (data & IGP01E1000_PLHR_SS_DOWNGRADE) != 0;
	return err;
}

/* LINUX: igb_get_cable_length_igp_2(), without the length: nobody asks for it. */
static int igb_read_cable(struct igb_adapter *adapter)
{
	static const u16 agc[] = { IGP02E1000_PHY_AGC_A, IGP02E1000_PHY_AGC_B, IGP02E1000_PHY_AGC_C,
				   IGP02E1000_PHY_AGC_D };

	for (u32 i = 0; i < ARRAY_SIZE(agc); i++) {
		u16 data;
		int err = igb_read_phy_reg(adapter, agc[i], &data);

		if (err != 0)
			return err;
		if ((data >> IGP02E1000_AGC_LENGTH_SHIFT & IGP02E1000_AGC_LENGTH_MASK) == 0)
			return -EIO;
	}
	return 0;
}

/* LINUX: igb_get_phy_info_igp(): polarity, MDI crossing, cable, receivers. */
int igb_get_phy_info(struct igb_adapter *adapter)
{
	u16 data;
	bool link;
	int err = igb_phy_has_link(adapter, 1, 0, &link);

	if (err != 0 || !link)
		return -EIO;
	err = igb_read_phy_reg(adapter, IGP01E1000_PHY_PORT_STATUS, &data);
	if (err != 0)
		return err;
	if ((data & IGP01E1000_PSSR_SPEED_MASK) == IGP01E1000_PSSR_SPEED_1000MBPS)
		err = igb_read_phy_reg(adapter, IGP01E1000_PHY_PCS_INIT_REG, &data);
	else
		err = igb_read_phy_reg(adapter, IGP01E1000_PHY_PORT_STATUS, &data);
	if (err != 0)
		return err;
	err = igb_read_phy_reg(adapter, IGP01E1000_PHY_PORT_STATUS, &data);
	if (err != 0 || (data & IGP01E1000_PSSR_SPEED_MASK) != IGP01E1000_PSSR_SPEED_1000MBPS)
		return err;
	err = igb_read_cable(adapter);
	if (err != 0)
		return err;
	return igb_read_phy_reg(adapter, PHY_1000T_STATUS, &data);
}

/* Read, change, write. */
static int igb_update_phy_reg(struct igb_adapter *adapter, u32 offset, u32 clear, u32 set)
{
	u16 data;
	int err = igb_read_phy_reg(adapter, offset, &data);

	if (err != 0)
		return err;
	return igb_write_phy_reg(adapter, offset, (u16)((data & ~clear) | set));
}

static int igb_copper_link_setup_igp(struct igb_adapter *adapter)
{
	u16 data;
	int err = igb_phy_hw_reset(adapter);

	if (err != 0)
		return err;
	igb_usleep(adapter, 100000);
	err = igb_update_phy_reg(adapter, IGP02E1000_PHY_POWER_MGMT, IGP02E1000_PM_D0_LPLU, 0);
	if (err != 0)
		return err;
	err = igb_update_phy_reg(adapter, IGP01E1000_PHY_PORT_CTRL, 0, IGP01E1000_PSCR_AUTO_MDIX);
	if (err != 0)
		return err;
	/* Who is master is left to the hardware: the value is written back as it was. */
	err = igb_read_phy_reg(adapter, PHY_1000T_CTRL, &data);
	if (err != 0)
		return err;
	return igb_write_phy_reg(adapter, PHY_1000T_CTRL, data);
}

/* IEEE 802.3 28B: what is offered: every speed but half duplex at 1000, and pause as asked for. */
static int igb_phy_setup_autoneg(struct igb_adapter *adapter)
{
	static const u16 pause[] = { [IGB_FC_NONE] = 0,
				     [IGB_FC_RX_PAUSE] = NWAY_AR_ASM_DIR | NWAY_AR_PAUSE,
				     [IGB_FC_TX_PAUSE] = NWAY_AR_ASM_DIR,
				     [IGB_FC_FULL] = NWAY_AR_ASM_DIR | NWAY_AR_PAUSE };
	u16 adv, gig;
	int err = igb_read_phy_reg(adapter, PHY_AUTONEG_ADV, &adv);

	if (err != 0)
		return err;
	err = igb_read_phy_reg(adapter, PHY_1000T_CTRL, &gig);
	if (err != 0)
		return err;
	assert(adapter->hw.fc_current < ARRAY_SIZE(pause));
	adv |= NWAY_AR_10T_HD_CAPS | NWAY_AR_10T_FD_CAPS | NWAY_AR_100TX_HD_CAPS |
	       NWAY_AR_100TX_FD_CAPS;
	adv = (u16)((adv & ~(NWAY_AR_ASM_DIR | NWAY_AR_PAUSE)) | pause[adapter->hw.fc_current]);
	gig = (u16)((gig & ~CR_1000T_HD_CAPS) | CR_1000T_FD_CAPS);
	err = igb_write_phy_reg(adapter, PHY_AUTONEG_ADV, adv);
	if (err != 0)
		return err;
	return igb_write_phy_reg(adapter, PHY_1000T_CTRL, gig);
}

/* --- flow control
 * ------------------------------------------------------------------------------------ */

static void igb_force_mac_fc(struct igb_adapter *adapter)
{
	u32 ctrl = igb_rd32(adapter, E1000_CTRL) & ~(E1000_CTRL_TFCE | E1000_CTRL_RFCE);

	if (adapter->hw.fc_current & IGB_FC_RX_PAUSE)
		ctrl |= E1000_CTRL_RFCE;
	if (adapter->hw.fc_current & IGB_FC_TX_PAUSE)
		ctrl |= E1000_CTRL_TFCE;
	igb_wr32(adapter, E1000_CTRL, ctrl);
}

/* IEEE 802.3 28B.3: what the two sides' pause bits make. */
static u8 igb_fc_resolve(u32 requested, u16 own, u16 peer)
{
	if ((own & NWAY_AR_PAUSE) && (peer & NWAY_AR_PAUSE))
		return requested == IGB_FC_FULL ? IGB_FC_FULL : IGB_FC_RX_PAUSE;
	if (!(own & NWAY_AR_PAUSE) && (own & NWAY_AR_ASM_DIR) && (peer & NWAY_AR_PAUSE) &&
	    (peer & NWAY_AR_ASM_DIR))
		return IGB_FC_TX_PAUSE;
	if ((own & NWAY_AR_PAUSE) && (own & NWAY_AR_ASM_DIR) && !(peer & NWAY_AR_PAUSE) &&
	    (peer & NWAY_AR_ASM_DIR))
		return IGB_FC_RX_PAUSE;
	/* LINUX: igb_config_fc_after_link_up(): a peer that offers nothing may still send pauses.
	 */
	return requested == IGB_FC_NONE || requested == IGB_FC_TX_PAUSE ? IGB_FC_NONE
									: IGB_FC_RX_PAUSE;
}

void igb_get_speed_and_duplex(struct igb_adapter *adapter, u16 *speed, bool *full_duplex)
{
	u32 status = igb_rd32(adapter, E1000_STATUS);

	*speed = (status & E1000_STATUS_SPEED_1000) != 0  ? SPEED_1000
		 : (status & E1000_STATUS_SPEED_100) != 0 ? SPEED_100
							  : SPEED_10;
	*full_duplex = (status & E1000_STATUS_FD) != 0;
}

static int igb_config_fc_after_link_up(struct igb_adapter *adapter)
{
	u16 status, own, peer, speed;
	bool full_duplex;
	int err;

	igb_force_mac_fc(adapter);
	err = igb_read_phy_reg(adapter, PHY_STATUS, &status);
	if (err != 0)
		return err;
	err = igb_read_phy_reg(adapter, PHY_STATUS, &status);
	if (err != 0 || (status & MII_SR_AUTONEG_COMPLETE) == 0)
		return err;
	err = igb_read_phy_reg(adapter, PHY_AUTONEG_ADV, &own);
	if (err != 0)
		return err;
	err = igb_read_phy_reg(adapter, PHY_LP_ABILITY, &peer);
	if (err != 0)
		return err;
	adapter->hw.fc_current = igb_fc_resolve(adapter->hw.fc_requested, own, peer);
	igb_get_speed_and_duplex(adapter, &speed, &full_duplex);
	if (!full_duplex)
		adapter->hw.fc_current = IGB_FC_NONE;
	igb_force_mac_fc(adapter);
	return 0;
}

void igb_config_collision_dist(struct igb_adapter *adapter)
{
	u32 tctl = igb_rd32(adapter, E1000_TCTL);

	igb_wr32(adapter, E1000_TCTL, (tctl & ~E1000_TCTL_COLD) | E1000_TCTL_COLD_63);
	igb_wrfl(adapter);
}

/* --- link
 * ---------------------------------------------------------------------------------------------- */

static int igb_setup_copper_link(struct igb_adapter *adapter)
{
	bool link;
	u32 ctrl = igb_rd32(adapter, E1000_CTRL);
	int err;

	ctrl = (ctrl | E1000_CTRL_SLU) & ~(E1000_CTRL_FRCSPD | E1000_CTRL_FRCDPX);
	igb_wr32(adapter, E1000_CTRL, ctrl);
	err = igb_copper_link_setup_igp(adapter);
	if (err != 0)
		return err;
	err = igb_phy_setup_autoneg(adapter);
	if (err != 0)
		return err;
	err = igb_update_phy_reg(adapter, PHY_CONTROL, 0,
				 MII_CR_AUTO_NEG_EN | MII_CR_RESTART_AUTO_NEG);
	if (err != 0)
		return err;
	adapter->hw.get_link_status = true;
	err = igb_phy_has_link(adapter, COPPER_LINK_UP_LIMIT, 10, &link);
	if (err != 0 || !link)
		return err;
	igb_config_collision_dist(adapter);
	return igb_config_fc_after_link_up(adapter);
}

static int igb_set_default_fc(struct igb_adapter *adapter)
{
	u16 data;
	int err = igb_read_nvm(adapter, NVM_INIT_CONTROL2_REG, &data);

	if (err != 0)
		return err;
	data &= NVM_WORD0F_PAUSE_MASK;
	adapter->hw.fc_requested = data == 0			? IGB_FC_NONE
				   : data == NVM_WORD0F_ASM_DIR ? IGB_FC_TX_PAUSE
								: IGB_FC_FULL;
	return 0;
}

int igb_setup_link(struct igb_adapter *adapter)
{
	struct igb_hw *hw = &adapter->hw;
	bool send_pause;
	int err;

	if (igb_check_reset_block(adapter))
		return 0;
	if (hw->fc_requested == IGB_FC_DEFAULT) {
		err = igb_set_default_fc(adapter);
		if (err != 0)
			return err;
	}
	hw->fc_current = hw->fc_requested;
	err = igb_setup_copper_link(adapter);
	if (err != 0)
		return err;
	igb_wr32(adapter, E1000_FCT, E1000_FLOW_CONTROL_TYPE);
	igb_wr32(adapter, E1000_FCAH, E1000_FLOW_CONTROL_ADDR_HIGH);
	igb_wr32(adapter, E1000_FCAL, E1000_FLOW_CONTROL_ADDR_LOW);
	igb_wr32(adapter, E1000_FCTTV, 0xffff);
	send_pause = (hw->fc_current & IGB_FC_TX_PAUSE) != 0;
	igb_wr32(adapter, E1000_FCRTL, send_pause ? hw->fc_low_water | E1000_FCRTL_XONE : 0);
	igb_wr32(adapter, E1000_FCRTH, send_pause ? hw->fc_high_water : 0);
	return 0;
}

/* Asks the PHY only while the link is not known to be up. */
int igb_check_for_copper_link(struct igb_adapter *adapter)
{
	bool link;
	int err;

	if (!adapter->hw.get_link_status)
		return 0;
	err = igb_phy_has_link(adapter, 1, 0, &link);
	if (err != 0 || !link)
		return err;
	adapter->hw.get_link_status = false;
	(void)igb_check_downshift(adapter);
	igb_config_collision_dist(adapter);
	return igb_config_fc_after_link_up(adapter);
}

/* --- filters
 * --------------------------------------------------------------------------------------- */

void igb_write_vfta(struct igb_adapter *adapter, u32 index, u32 value)
{
	igb_wr32(adapter, E1000_N(VFTA, index), value);
	igb_wrfl(adapter);
	adapter->shadow_vfta[index] = value;
}

static u32 igb_ral(u32 index)
{
	return index < 16 ? E1000_N(RA, 2 * index) : E1000_N(RA2, 2 * (index - 16));
}

/* Flushed one by one: some bridges join writes that follow one another. */
static void igb_write_rar(struct igb_adapter *adapter, const u8 *addr, u32 index, u32 flags)
{
	assert(index < IGB_RAR_ENTRIES);
	igb_wr32(adapter, igb_ral(index), get_le32(addr));
	igb_wrfl(adapter);
	igb_wr32(adapter, igb_ral(index) + 4, get_le16(addr + 4) | flags);
	igb_wrfl(adapter);
}

void igb_rar_set(struct igb_adapter *adapter, const u8 *addr, u32 index)
{
	bool zero = get_le32(addr) == 0 && get_le16(addr + 4) == 0;

	igb_write_rar(adapter, addr, index, zero ? 0 : E1000_RAH_AV);
}

/* LINUX: igb_rar_set_index() with the device's own address, for pool 0. */
void igb_set_default_mac_filter(struct igb_adapter *adapter)
{
	igb_write_rar(adapter, adapter->hw.mac_addr, 0, E1000_RAH_AV | E1000_RAH_POOL_1);
}

void igb_flush_mac_table(struct igb_adapter *adapter)
{
	static const u8 zero[ETH_ALEN];

	for (u32 i = 0; i < IGB_RAR_ENTRIES; i++)
		igb_write_rar(adapter, zero, i, 0);
}

/* LINUX: igb_hash_mc_addr() with filter type 0: the twelve bits from bit 36 of the address on. */
static u32 igb_hash_mc_addr(const u8 *addr)
{
	return ((u32)addr[4] >> 4 | (u32)addr[5] << 4) & (IGB_MTA_REGS * 32 - 1);
}

void igb_update_mc_addr_list(struct igb_adapter *adapter, const struct netdev_hw_addr_list *list)
{
	u32 *shadow = adapter->hw.mta_shadow;
	const struct list_head *pos;

	memset(shadow, 0, sizeof(adapter->hw.mta_shadow));
	list_for_each (pos, &list->list) {
		u32 hash =
			igb_hash_mc_addr(list_entry(pos, const struct netdev_hw_addr, list)->addr);

		shadow[hash >> 5] |= 1u << (hash & 31);
	}
	for (u32 i = IGB_MTA_REGS; i-- != 0;)
		igb_wr32(adapter, E1000_N(MTA, i), shadow[i]);
	igb_wrfl(adapter);
}

/* --- reset and initialisation
 * -------------------------------------------------------------------------- */

static void igb_disable_pcie_master(struct igb_adapter *adapter)
{
	u32 ctrl = igb_rd32(adapter, E1000_CTRL);

	igb_wr32(adapter, E1000_CTRL, ctrl | E1000_CTRL_GIO_MASTER_DISABLE);
	for (u32 i = 0; i < MASTER_DISABLE_TIMEOUT; i++) {
		if ((igb_rd32(adapter, E1000_STATUS) & E1000_STATUS_GIO_MASTER_ENABLE) == 0)
			return;
		igb_usleep(adapter, 100);
	}
}

/* With capability version 2 the time-out itself is in configuration space, which has no model. */
static void igb_set_pcie_completion_timeout(struct igb_adapter *adapter)
{
	u32 gcr = igb_rd32(adapter, E1000_GCR);

	if ((gcr & (E1000_GCR_CMPL_TMOUT_MASK | E1000_GCR_CAP_VER2)) == 0)
		gcr |= E1000_GCR_CMPL_TMOUT_10ms;
	igb_wr32(adapter, E1000_GCR, gcr & ~E1000_GCR_CMPL_TMOUT_RESEND);
}

int igb_reset_hw(struct igb_adapter *adapter)
{
	u32 ctrl;

	igb_disable_pcie_master(adapter);
	igb_set_pcie_completion_timeout(adapter);
	igb_wr32(adapter, E1000_IMC, 0xffffffff);
	igb_wr32(adapter, E1000_RCTL, 0);
	igb_wr32(adapter, E1000_TCTL, E1000_TCTL_PSP);
	igb_wrfl(adapter);
	igb_usleep(adapter, 10000);
	ctrl = igb_rd32(adapter, E1000_CTRL);
	igb_wr32(adapter, E1000_CTRL, ctrl | E1000_CTRL_RST);
	for (u32 i = 0; i < AUTO_READ_DONE_TIMEOUT; i++) {
		if (igb_rd32(adapter, E1000_EECD) & E1000_EECD_AUTO_RD)
			break;
		igb_usleep(adapter, 1000);
	}
	(void)igb_rd32(adapter, E1000_EECD); /* is there an NVM at all? */
	igb_wr32(adapter, E1000_IMC, 0xffffffff);
	(void)igb_rd32(adapter, E1000_ICR);
	return igb_check_alt_mac_addr(adapter);
}

static void igb_id_led_init(struct igb_adapter *adapter)
{
	u16 data;

	if (igb_read_nvm(adapter, NVM_ID_LED_SETTINGS, &data) == 0)
		adapter->hw.ledctl_default = igb_rd32(adapter, E1000_LEDCTL);
}

/* Reading clears. */
static void igb_clear_hw_cntrs(struct igb_adapter *adapter)
{
	static const u16 regs[] = {
		E1000_CRCERRS,	E1000_SYMERRS, E1000_MPC,     E1000_SCC,      E1000_ECOL,
		E1000_MCC,	E1000_LATECOL, E1000_COLC,    E1000_DC,	      E1000_RLEC,
		E1000_XONRXC,	E1000_XONTXC,  E1000_XOFFRXC, E1000_XOFFTXC,  E1000_FCRUC,
		E1000_GPRC,	E1000_BPRC,    E1000_MPRC,    E1000_GPTC,     E1000_GORCL,
		E1000_GORCH,	E1000_GOTCL,   E1000_GOTCH,   E1000_RNBC,     E1000_RUC,
		E1000_RFC,	E1000_ROC,     E1000_RJC,     E1000_TORL,     E1000_TORH,
		E1000_TOTL,	E1000_TOTH,    E1000_TPR,     E1000_TPT,      E1000_MPTC,
		E1000_BPTC,	E1000_PRC64,   E1000_PRC127,  E1000_PRC255,   E1000_PRC511,
		E1000_PRC1023,	E1000_PRC1522, E1000_PTC64,   E1000_PTC127,   E1000_PTC255,
		E1000_PTC511,	E1000_PTC1023, E1000_PTC1522, E1000_ALGNERRC, E1000_RXERRC,
		E1000_TNCRS,	E1000_CEXTERR, E1000_TSCTC,   E1000_TSCTFC,   E1000_MGTPRC,
		E1000_MGTPDC,	E1000_MGTPTC,  E1000_IAC,     E1000_HTCBDPC,  E1000_ICRXPTC,
		E1000_ICRXATC,	E1000_ICTXPTC, E1000_ICTXATC, E1000_ICTXQEC,  E1000_ICTXQMTC,
		E1000_ICRXDMTC, E1000_HTCBDPC,
	};

	for (u32 i = 0; i < ARRAY_SIZE(regs); i++)
		(void)igb_rd32(adapter, regs[i]);
}

int igb_init_hw(struct igb_adapter *adapter)
{
	static const u8 zero[ETH_ALEN];
	int err;

	igb_id_led_init(adapter);
	for (u32 i = IGB_VFTA_REGS; i-- != 0;)
		igb_write_vfta(adapter, i, 0);
	igb_rar_set(adapter, adapter->hw.mac_addr, 0);
	for (u32 i = 1; i < IGB_RAR_ENTRIES; i++)
		igb_rar_set(adapter, zero, i);
	for (u32 i = 0; i < IGB_MTA_REGS; i++)
		igb_wr32(adapter, E1000_N(MTA, i), 0);
	for (u32 i = 0; i < IGB_MTA_REGS; i++)
		igb_wr32(adapter, E1000_N(UTA, i), 0);
	err = igb_setup_link(adapter);
	igb_clear_hw_cntrs(adapter);
	return err;
}

/* Whether management firmware wants packets to pass. */
bool igb_enable_mng_pass_thru(struct igb_adapter *adapter)
{
	u32 manc = igb_rd32(adapter, E1000_MANC);
	u32 fwsm, factps;

	if ((manc & E1000_MANC_RCV_TCO_EN) == 0)
		return false;
	if (!adapter->hw.arc_subsystem_valid)
		return (manc & E1000_MANC_SMBUS_EN) != 0 && (manc & E1000_MANC_ASF_EN) == 0;
	fwsm = igb_rd32(adapter, E1000_FWSM);
	factps = igb_rd32(adapter, E1000_FACTPS);
	return (factps & E1000_FACTPS_MNGCG) == 0 &&
	       (fwsm & E1000_FWSM_MODE_MASK) == E1000_FWSM_MODE_PT;
}

/* LINUX: igb_get_invariants_82575() and what it calls: media, firmware, NVM size, PHY. */
int igb_get_invariants(struct igb_adapter *adapter)
{
	struct igb_hw *hw = &adapter->hw;
	u32 eecd, ctrl_ext;

	if (igb_rd32(adapter, E1000_CTRL_EXT) & E1000_CTRL_EXT_LINK_MODE_MASK)
		return -ENODEV; /* not copper */
	hw->arc_subsystem_valid = (igb_rd32(adapter, E1000_FWSM) & E1000_FWSM_MODE_MASK) != 0;
	eecd = igb_rd32(adapter, E1000_EECD);
	hw->nvm_word_size =
		1u << min_u32(15, ((eecd & E1000_EECD_SIZE_EX_MASK) >> E1000_EECD_SIZE_EX_SHIFT) +
					  NVM_WORD_SIZE_BASE_SHIFT);
	ctrl_ext = igb_rd32(adapter, E1000_CTRL_EXT);
	igb_wr32(adapter, E1000_CTRL_EXT, ctrl_ext & ~E1000_CTRL_EXT_I2C_ENA);
	hw->func = (u8)(igb_rd32(adapter, E1000_STATUS) >> E1000_STATUS_FUNC_SHIFT & 1);
	return igb_get_phy_id(adapter);
}
